package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hookfill/hookfill/domain"
)

// maxDepth is how deep arrays and objects may nest.
const maxDepth = 32

type nodeKind int

const (
	nodeNull nodeKind = iota
	nodeBool
	nodeNumber
	nodeString
	nodeArray
	nodeObject
)

// node is a JSON value that forgot nothing: numbers are their text, members have
// their order, and names match exactly.
type node struct {
	kind    nodeKind
	flag    bool
	text    string
	items   []node
	members []member
}

type member struct {
	name  string
	value node
}

// parseJSON reads one JSON value. What is no JSON is a 400; a repeated name or a
// NUL in a string is understood, and refused with its place.
func parseJSON(body []byte) (node, error) {
	if !utf8.Valid(body) {
		return node{}, malformed("the body is not valid UTF-8")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		if s, ok := errors.AsType[*json.SyntaxError](err); ok {
			return node{}, malformed("not JSON at byte " + strconv.FormatInt(s.Offset, 10) + ": " + s.Error())
		}
		return node{}, malformed("not JSON")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	return parseNode(dec, nil)
}

func malformed(detail string) refusal {
	return refusal{http.StatusBadRequest, "malformed_json", detail}
}

// parseNode reads the value that comes next, found at path.
func parseNode(dec *json.Decoder, path []string) (node, error) {
	token, err := dec.Token()
	if err != nil {
		return node{}, malformed("not JSON")
	}
	switch t := token.(type) {
	case bool:
		return node{kind: nodeBool, flag: t}, nil
	case json.Number:
		return node{kind: nodeNumber, text: t.String()}, nil
	case string:
		if strings.ContainsRune(t, 0) {
			return node{}, nulCharacter(path)
		}
		return node{kind: nodeString, text: t}, nil
	case json.Delim:
		if len(path) >= maxDepth {
			return node{}, malformed("nested deeper than 32 levels")
		}
		if t == '{' {
			return parseObject(dec, path)
		}
		return parseArray(dec, path)
	}
	return node{kind: nodeNull}, nil
}

func parseArray(dec *json.Decoder, path []string) (node, error) {
	n := node{kind: nodeArray}
	for dec.More() {
		item, err := parseNode(dec, append(path, strconv.Itoa(len(n.items))))
		if err != nil {
			return node{}, err
		}
		n.items = append(n.items, item)
	}
	return n, closing(dec)
}

func parseObject(dec *json.Decoder, path []string) (node, error) {
	n := node{kind: nodeObject}
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return node{}, malformed("not JSON")
		}
		name, _ := token.(string) // the decoder admits nothing else here
		if strings.ContainsRune(name, 0) {
			return node{}, nulCharacter(path)
		}
		here := append(slices.Clip(path), name)
		if seen[name] {
			return node{}, domain.Invalid("duplicate_field", strings.Join(here, "."), "the field is given twice")
		}
		seen[name] = true
		value, err := parseNode(dec, here)
		if err != nil {
			return node{}, err
		}
		n.members = append(n.members, member{name, value})
	}
	return n, closing(dec)
}

// closing takes the bracket that ends an array or object.
func closing(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return malformed("not JSON")
	}
	return nil
}

func nulCharacter(path []string) error {
	return domain.Invalid("nul_character", strings.Join(path, "."), "text cannot contain the character U+0000")
}
