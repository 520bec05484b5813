package filejournal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
)

// checksumLength is how many digits come before the space.
const checksumLength = 8

// encode makes a line of entries. White space within an entry is not kept: a line
// has one end.
func encode(entries [][]byte) ([]byte, error) {
	var array bytes.Buffer
	for i, entry := range entries {
		array.WriteByte("[,"[min(i, 1)])
		if err := json.Compact(&array, entry); err != nil {
			return nil, fmt.Errorf("an entry is no JSON document: %w", err)
		}
	}
	array.WriteByte(']')
	return fmt.Appendf(nil, "%08x %s\n", crc32.ChecksumIEEE(array.Bytes()), array.Bytes()), nil
}

// decode reads a line that ends.
func decode(text []byte) ([][]byte, error) {
	if len(text) < checksumLength+2 || text[checksumLength] != ' ' {
		return nil, errors.New("not a line of a journal")
	}
	sum, err := strconv.ParseUint(string(text[:checksumLength]), 16, 32)
	if err != nil {
		return nil, errors.New("no checksum")
	}
	array := bytes.TrimSuffix(text[checksumLength+1:], []byte("\n"))
	if uint64(crc32.ChecksumIEEE(array)) != sum {
		return nil, errors.New("the checksum does not match")
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(array, &raw); err != nil {
		return nil, err
	}
	entries := make([][]byte, len(raw))
	for i, entry := range raw {
		entries[i] = entry
	}
	return entries, nil
}

// each gives the whole lines between two places of the file to fn, and where the
// last of them ends. What is wrong with the last is that it was never finished.
func (h *history) each(from, to int64, fn func(offset int64, entries [][]byte)) (int64, error) {
	reader := bufio.NewReader(io.NewSectionReader(h.file, from, to-from))
	offset := from
	for {
		text, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return offset, nil
		}
		if err != nil {
			return offset, unavailable(err)
		}
		end := offset + int64(len(text))
		entries, err := decode(text)
		switch {
		case err != nil && end == to:
			return offset, nil
		case err != nil:
			return offset, damaged(h.path, offset, err)
		}
		fn(offset, entries)
		offset = end
	}
}
