package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"

	"github.com/parquet-go/parquet-go"
)

var schemas sync.Map // of reflect.Type: *parquet.Schema

// schemaOf returns the schema that we write.
func schemaOf[T Row]() *parquet.Schema {
	typ := reflect.TypeFor[T]()
	if s, ok := schemas.Load(typ); ok {
		return s.(*parquet.Schema)
	}
	s, _ := schemas.LoadOrStore(typ, parquet.SchemaOf(*new(T)))
	return s.(*parquet.Schema)
}

func leafPath(leaf string) []string { return strings.Split(leaf, ".") }

// columnReader reads one column of a row group, forwards.
type columnReader struct {
	column   fileColumn
	chunk    *chunk
	pages    parquet.Pages
	index    parquet.OffsetIndex
	rows     int64 // of the row group
	next     int   // number of the page behind the one that was read last
	page     parquet.Page
	from, to int64                              // rows of the page
	set      func(field reflect.Value, i int64) // gives a field the value of row i of the page
	strings  []string                           // of the dictionary, as they are used
}

func newColumnReader(g group, c fileColumn) (*columnReader, error) {
	ch, err := openChunk(g.content, g.file, g.n, c)
	if err != nil {
		return nil, fmt.Errorf("%w: column %q: %w", errDamaged, c.name, err)
	}
	return &columnReader{column: c, chunk: ch, pages: g.ColumnChunks()[c.leaf].Pages(), index: ch.pages, rows: g.NumRows()}, nil
}

func (r *columnReader) close() {
	parquet.Release(r.page)
	_ = r.pages.Close() // it only gives memory back
}

// fill reads the spans into the rows, one after the other.
func (r *columnReader) fill(rows reflect.Value, spans []rowSpan) error {
	out := 0
	for _, s := range spans {
		for row := s.from; row < s.to; {
			if err := r.load(row); err != nil {
				return err
			}
			for end := min(s.to, r.to); row < end; row++ {
				r.set(rows.Index(out).FieldByIndex(r.column.index), row-r.from)
				out++
			}
		}
	}
	return nil
}

// load reads the page that holds a row, if it is not at hand. Pages in between
// are not decoded.
func (r *columnReader) load(row int64) error {
	if r.page != nil && row < r.to {
		return nil
	}
	p := r.next
	for p+1 < r.index.NumPages() && r.index.FirstRowIndex(p+1) <= row {
		p++
	}
	if p >= r.index.NumPages() || r.index.FirstRowIndex(p) > row {
		return errors.New("has too few pages")
	}
	from, to := r.index.FirstRowIndex(p), r.rows
	if p+1 < r.index.NumPages() {
		to = r.index.FirstRowIndex(p + 1)
	}
	if p != r.next {
		if err := r.pages.SeekToRow(from); err != nil {
			return err
		}
	}
	if err := r.chunk.checkData(p); err != nil {
		return err
	}
	parquet.Release(r.page)
	r.page = nil
	page, err := r.pages.ReadPage()
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	r.page, r.next, r.from, r.to = page, p+1, from, to
	if page.NumRows() != to-from || row >= to {
		return errors.New("has a page of another length")
	}
	return r.decode()
}

// decode makes set for the page at hand. Values point into the page; what is
// kept of it is copied. The index expressions check the bounds: a page that lies
// about its length panics, and decode of the file recovers.
func (r *columnReader) decode() error {
	data := r.page.Data()
	dict := r.page.Dictionary()
	switch r.column.typ.Kind() {
	case reflect.Bool:
		bits := data.Boolean()
		r.set = func(f reflect.Value, i int64) { f.SetBool(bits[i/8]>>(i%8)&1 != 0) }
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		values := data.Uint32()
		r.set = func(f reflect.Value, i int64) { f.SetUint(uint64(values[i])) }
	case reflect.Int64:
		values := data.Int64()
		r.set = func(f reflect.Value, i int64) { f.SetInt(values[i]) }
	case reflect.Uint64:
		at := r.uint64s()
		r.set = func(f reflect.Value, i int64) { f.SetUint(at(i)) }
	case reflect.Array:
		values, size := data.FixedLenByteArray()
		if size != len(Addr{}) {
			return errors.New("holds values of another length")
		}
		r.set = func(f reflect.Value, i int64) { *f.Addr().Interface().(*Addr) = Addr(values[int(i)*size:]) }
	case reflect.String:
		if dict != nil {
			indexes := data.Int32()
			r.set = func(f reflect.Value, i int64) { f.SetString(r.word(dict, indexes[i])) }
			break
		}
		values, offsets := data.ByteArray()
		r.set = func(f reflect.Value, i int64) { f.SetString(string(values[offsets[i]:offsets[i+1]])) }
	case reflect.Slice:
		if r.column.typ.Elem().Kind() == reflect.Uint64 {
			return r.lists()
		}
		values, offsets := data.ByteArray()
		r.set = func(f reflect.Value, i int64) {
			if v := values[offsets[i]:offsets[i+1]]; len(v) > 0 {
				f.SetBytes(bytes.Clone(v))
			}
		}
	default:
		return fmt.Errorf("is of a type that is never written: %s", r.column.typ)
	}
	return nil
}

// uint64s returns the values of the page, in a dictionary or not.
func (r *columnReader) uint64s() func(i int64) uint64 {
	data := r.page.Data()
	if dict := r.page.Dictionary(); dict != nil {
		indexes := data.Int32()
		words := dict.Page().Data()
		values := words.Uint64()
		return func(i int64) uint64 { return values[indexes[i]] }
	}
	values := data.Uint64()
	return func(i int64) uint64 { return values[i] }
}

// word returns a word of the dictionary, made once for all its rows.
func (r *columnReader) word(dict parquet.Dictionary, i int32) string {
	if r.strings == nil {
		r.strings = make([]string, dict.Len())
	}
	if r.strings[i] == "" {
		r.strings[i] = string(dict.Index(i).ByteArray())
	}
	return r.strings[i]
}

// lists cuts the values of a page into the lists of its rows: a repetition level
// of 0 begins a row, a definition level of 0 stands for an empty list.
func (r *columnReader) lists() error {
	at := r.uint64s()
	repeated, defined := r.page.RepetitionLevels(), r.page.DefinitionLevels()
	if len(repeated) != len(defined) {
		return errors.New("has levels that do not fit")
	}
	ends := make([]int, 0, min(int(r.to-r.from), len(repeated)))
	var members []uint64
	for i, level := range repeated {
		if level == 0 {
			ends = append(ends, len(members))
		}
		if len(ends) == 0 {
			return errors.New("begins inside a list")
		}
		if defined[i] > 0 {
			members = append(members, at(int64(len(members))))
			ends[len(ends)-1] = len(members)
		}
	}
	r.set = func(f reflect.Value, i int64) {
		from := 0
		if i > 0 {
			from = ends[i-1]
		}
		if to := ends[i]; to > from {
			*f.Addr().Interface().(*[]uint64) = members[from:to:to]
		}
	}
	return nil
}
