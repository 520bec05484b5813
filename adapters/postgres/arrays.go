package postgres

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// What takes alerts in is sent as it goes over the wire: pgx finds out anew for
// every column and every value how to encode it, which costs more than all else
// the sender of a batch does.

// argument is one in PostgreSQL's binary format.
type argument = []byte

// array gives one column of rows, as an array of a type. Put appends the value of
// a row, or gives nil for NULL.
//
// The format: the number of dimensions, whether there are nulls, the type, length
// and lower bound of the one dimension; each value behind its length.
func array[R any](rows []R, of uint32, put func(to []byte, row *R) []byte) argument {
	const header, guess = 20, 24
	buf := make([]byte, header, header+guess*len(rows))
	binary.BigEndian.PutUint32(buf, 1)
	binary.BigEndian.PutUint32(buf[8:], of)
	binary.BigEndian.PutUint32(buf[12:], uint32(len(rows))) //nolint:gosec // bounded by the batch
	binary.BigEndian.PutUint32(buf[16:], 1)
	for i := range rows {
		at := len(buf)
		buf = append(buf, 0, 0, 0, 0)
		with := put(buf, &rows[i])
		if with == nil {
			buf[7] = 1
			binary.BigEndian.PutUint32(buf[at:], math.MaxUint32)
			continue
		}
		buf = with
		binary.BigEndian.PutUint32(buf[at:], uint32(len(buf)-at-4)) //nolint:gosec // an alert is at most 64 KiB
	}
	return buf
}

func uuidArray[R any](rows []R, of func(*R) uuid.UUID) argument {
	return array(rows, pgtype.UUIDOID, func(to []byte, row *R) []byte {
		id := of(row)
		return append(to, id[:]...)
	})
}

func textArray[R any, T ~string](rows []R, of func(*R) T) argument {
	return array(rows, pgtype.TextOID, func(to []byte, row *R) []byte { return append(to, of(row)...) })
}

// byteaArray gives NULL for nil.
func byteaArray[R any](rows []R, of func(*R) []byte) argument {
	return array(rows, pgtype.ByteaOID, func(to []byte, row *R) []byte {
		value := of(row)
		if value == nil {
			return nil
		}
		return append(to, value...)
	})
}

// jsonbArray gives NULL for the empty text.
func jsonbArray[R any](rows []R, of func(*R) string) argument {
	return array(rows, pgtype.JSONBOID, func(to []byte, row *R) []byte {
		value := of(row)
		if value == "" {
			return nil
		}
		const version = 1
		return append(append(to, version), value...)
	})
}

func int4Array[R any](rows []R, of func(*R) int) argument {
	return array(rows, pgtype.Int4OID, func(to []byte, row *R) []byte {
		return binary.BigEndian.AppendUint32(to, uint32(of(row))) //nolint:gosec // two's complement, as the format has it
	})
}

func int8Array[R any](rows []R, of func(*R) int64) argument {
	return array(rows, pgtype.Int8OID, func(to []byte, row *R) []byte {
		return binary.BigEndian.AppendUint64(to, uint64(of(row))) //nolint:gosec // as above
	})
}

func float8Array[R any](rows []R, of func(*R) float64) argument {
	return array(rows, pgtype.Float8OID, func(to []byte, row *R) []byte {
		return binary.BigEndian.AppendUint64(to, math.Float64bits(of(row)))
	})
}

func boolArray[R any](rows []R, of func(*R) bool) argument {
	return array(rows, pgtype.BoolOID, func(to []byte, row *R) []byte { return append(to, boolean(of(row))...) })
}

// timeArray gives NULL for nil. PostgreSQL counts microseconds from 2000.
func timeArray[R any](rows []R, of func(*R) *time.Time) argument {
	epoch := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	return array(rows, pgtype.TimestamptzOID, func(to []byte, row *R) []byte {
		at := of(row)
		if at == nil {
			return nil
		}
		return binary.BigEndian.AppendUint64(to, uint64(at.UnixMicro()-epoch)) //nolint:gosec // as above
	})
}

func boolean(b bool) argument {
	if b {
		return argument{1}
	}
	return argument{0}
}
