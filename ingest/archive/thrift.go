package archive

import (
	"encoding/binary"
	"errors"
)

// The library makes room for what the length of a list or string says before it
// has read it: four bytes claim a terabyte. Hence every structure of the Thrift
// compact protocol, in which all of a Parquet file but its values is written, is
// walked first.

// maxElements bounds the list elements of a structure. A footer has some three
// hundred for each row group.
const maxElements = 1 << 18

var errThrift = errors.New("has a structure that cannot be")

// thriftLength returns the length of the structure that b begins with, of which
// every string and list is as long as it says.
func thriftLength(b []byte) (int, error) {
	w := thriftWalk{rest: b}
	if err := w.value(thriftStruct, 0); err != nil {
		return 0, err
	}
	return len(b) - len(w.rest), nil
}

// Types of the compact protocol.
const (
	thriftTrue = iota + 1
	thriftFalse
	thriftByte
	thriftI16
	thriftI32
	thriftI64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
)

type thriftWalk struct {
	rest     []byte
	elements uint64
}

// value walks over a value; depth is that of the structures around it.
func (w *thriftWalk) value(typ byte, depth int) error {
	if depth > 16 {
		return errThrift
	}
	switch typ {
	case thriftTrue, thriftFalse, thriftByte:
		return w.skip(1)
	case thriftI16, thriftI32, thriftI64:
		_, err := w.number()
		return err
	case thriftDouble:
		return w.skip(8)
	case thriftBinary:
		n, err := w.number()
		if err != nil {
			return err
		}
		return w.skip(n)
	case thriftList, thriftSet:
		return w.list(depth)
	case thriftStruct:
		return w.structure(depth)
	}
	return errThrift // maps: Parquet has none
}

func (w *thriftWalk) list(depth int) error {
	if len(w.rest) == 0 {
		return errThrift
	}
	n, typ := uint64(w.rest[0]>>4), w.rest[0]&15
	w.rest = w.rest[1:]
	if n == 15 {
		var err error
		if n, err = w.number(); err != nil {
			return err
		}
	}
	if w.elements += n; n > uint64(len(w.rest)) || w.elements > maxElements { // each takes a byte at least
		return errThrift
	}
	for range n {
		if err := w.value(typ, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *thriftWalk) structure(depth int) error {
	for {
		if len(w.rest) == 0 {
			return errThrift
		}
		field := w.rest[0]
		w.rest = w.rest[1:]
		if field == 0 {
			return nil
		}
		if field>>4 == 0 { // the number of the field follows
			if _, err := w.number(); err != nil {
				return err
			}
		}
		typ := field & 15
		if typ == thriftTrue || typ == thriftFalse {
			continue // the type is the value
		}
		if err := w.value(typ, depth+1); err != nil {
			return err
		}
	}
}

func (w *thriftWalk) number() (uint64, error) {
	v, n := binary.Uvarint(w.rest)
	if n <= 0 {
		return 0, errThrift
	}
	w.rest = w.rest[n:]
	return v, nil
}

func (w *thriftWalk) skip(n uint64) error {
	if n > uint64(len(w.rest)) {
		return errThrift
	}
	w.rest = w.rest[n:]
	return nil
}
