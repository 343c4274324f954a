package archive

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"sort"

	"github.com/parquet-go/parquet-go"
)

// key is an address or an identifier, in the order in which files are sorted.
type key [16]byte

func keyOfID(id uint64) (k key) {
	binary.BigEndian.PutUint64(k[8:], id)
	return k
}

// keyRange is a run of keys, both ends included.
type keyRange struct{ from, to key }

// keyRanges are sorted and do not overlap. Nil stands for all keys.
type keyRanges []keyRange

// sourceRanges returns the sources of prefixes. Never nil: no prefix is no source.
func sourceRanges(prefixes []netip.Prefix) keyRanges {
	out := make(keyRanges, 0, len(prefixes))
	for _, p := range prefixes {
		p = networkOf(p)
		from := AddrOf(p.Addr())
		to := from
		first, last := p.Bits(), 64
		if p.Addr().Is4() {
			first, last = first+96, 128
		}
		for i := first; i < last; i++ {
			to[i/8] |= 0x80 >> (i % 8)
		}
		out = append(out, keyRange{key(from), key(to)})
	}
	return out.normal()
}

// networkOf returns a prefix that is no longer than a source.
func networkOf(p netip.Prefix) netip.Prefix {
	switch a := p.Addr(); {
	case a.Is4In6() && p.Bits() >= 96:
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	case a.Is6() && p.Bits() > 64:
		p = netip.PrefixFrom(a, 64)
	}
	return p.Masked()
}

// idRanges returns the ranges of identifiers.
func idRanges(ids []uint64) keyRanges {
	out := make(keyRanges, 0, len(ids))
	for _, id := range ids {
		out = append(out, keyRange{keyOfID(id), keyOfID(id)})
	}
	return out.normal()
}

// normal sorts the ranges and joins those that overlap.
func (r keyRanges) normal() keyRanges {
	slices.SortFunc(r, func(a, b keyRange) int { return bytes.Compare(a.from[:], b.from[:]) })
	out := r[:0]
	for _, k := range r {
		if n := len(out); n > 0 && bytes.Compare(k.from[:], out[n-1].to[:]) <= 0 {
			if bytes.Compare(k.to[:], out[n-1].to[:]) > 0 {
				out[n-1].to = k.to
			}
			continue
		}
		out = append(out, k)
	}
	return out
}

// from returns the number of the first range that ends at k or behind it.
func (r keyRanges) from(k key) int {
	return sort.Search(len(r), func(i int) bool { return bytes.Compare(r[i].to[:], k[:]) >= 0 })
}

// meets reports whether a key of the ranges lies between two keys.
func (r keyRanges) meets(lo, hi key) bool {
	i := r.from(lo)
	return i < len(r) && bytes.Compare(r[i].from[:], hi[:]) <= 0
}

// contains reports whether a key is in one of the ranges.
func (r keyRanges) contains(k key) bool { return r.meets(k, k) }

// selectRows finds the rows of a row group that are wanted, by key and time.
func selectRows[T Row](g group, sel selection) ([]rowSpan, error) {
	spans := []rowSpan{{0, g.NumRows()}}
	if g.NumRows() <= 0 {
		return nil, nil
	}
	var err error
	if sel.keys != nil {
		if spans, err = selectKeys[T](g, sel.keys); err != nil || len(spans) == 0 {
			return nil, err
		}
	}
	if sel.wholly {
		return spans, nil
	}
	return selectTime[T](g, spans, sel)
}

// selectKeys joins the sorted keys of a row group with the sorted keys wanted.
// Pages whose smallest and greatest key have none of them in between are not read.
func selectKeys[T Row](g group, keys keyRanges) (spans []rowSpan, err error) {
	c, err := oneColumn[T](g.file, tableOf[T]().key)
	if err != nil {
		return nil, err
	}
	r, err := newColumnReader(g, c)
	if err != nil {
		return nil, err
	}
	defer r.close()
	bounds, err := r.chunk.columnIndex(g.ColumnChunks()[c.leaf])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	for p := range r.index.NumPages() {
		if !keys.meets(keyOfValue(bounds.MinValue(p)), keyOfValue(bounds.MaxValue(p))) {
			continue
		}
		if err := r.load(r.index.FirstRowIndex(p)); err != nil {
			return nil, fmt.Errorf("%w: column %q: %w", errDamaged, c.name, err)
		}
		spans = r.join(spans, keys)
	}
	return spans, nil
}

// join appends the rows of the page at hand whose keys are wanted.
func (r *columnReader) join(spans []rowSpan, keys keyRanges) []rowSpan {
	at := r.keys()
	var last key
	next := 0
	for row := r.from; row < r.to; row++ {
		k := at(row - r.from)
		if next == 0 || bytes.Compare(k[:], last[:]) < 0 {
			next = keys.from(k) // the first, or out of order
		}
		last = k
		for next < len(keys) && bytes.Compare(keys[next].to[:], k[:]) < 0 {
			next++
		}
		if next == len(keys) || bytes.Compare(keys[next].from[:], k[:]) > 0 {
			continue
		}
		spans = appendRow(spans, row)
	}
	return spans
}

// keys returns the keys of the page at hand.
func (r *columnReader) keys() func(i int64) key {
	data := r.page.Data()
	if r.column.typ == reflect.TypeFor[Addr]() {
		values, size := data.FixedLenByteArray()
		return func(i int64) key { return key(values[int(i)*size:]) }
	}
	at := r.uint64s()
	return func(i int64) key { return keyOfID(at(i)) }
}

func keyOfValue(v parquet.Value) (k key) {
	if v.Kind() == parquet.FixedLenByteArray {
		copy(k[:], v.ByteArray())
		return k
	}
	return keyOfID(v.Uint64())
}

// selectTime leaves of the spans the rows of the time that is wanted. A row of a
// day counts if any of the day does.
func selectTime[T Row](g group, spans []rowSpan, sel selection) ([]rowSpan, error) {
	t := tableOf[T]()
	var columns []fileColumn
	for _, name := range []string{t.time, "span"} {
		if c, err := oneColumn[T](g.file, name); err == nil {
			columns = append(columns, c)
		} else if name != "span" {
			return nil, err
		}
	}
	var kept []rowSpan
	span, row := 0, spans[0].from
	err := readGroup(g, columns, spans, batchRows, func(rows []T) error {
		for i := range rows {
			if at := t.of(&rows[i]); at.from < sel.to && at.to > sel.from {
				kept = appendRow(kept, row)
			}
			if row++; row == spans[span].to && span+1 < len(spans) {
				span++
				row = spans[span].from
			}
		}
		return nil
	})
	return kept, err
}

// appendRow adds a row behind the others.
func appendRow(spans []rowSpan, row int64) []rowSpan {
	if n := len(spans); n > 0 && spans[n-1].to == row {
		spans[n-1].to++
		return spans
	}
	return append(spans, rowSpan{row, row + 1})
}

// oneColumn finds a column that a file cannot do without.
func oneColumn[T Row](f *parquet.File, name string) (fileColumn, error) {
	for _, c := range columnsOf[T]() {
		if c.name != name {
			continue
		}
		leaf, ok, err := findColumn[T](f, c)
		if err == nil && !ok {
			err = fmt.Errorf("%w: column %q is missing", errDamaged, name)
		}
		return fileColumn{c, leaf}, err
	}
	return fileColumn{}, fmt.Errorf("no column %q", name)
}
