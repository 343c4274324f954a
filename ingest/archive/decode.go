package archive

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// Files are read column by column and page by page: first the key and the time,
// which say which rows are wanted, then of the other columns only the pages that
// hold them.

// rowSpan is a run of rows of a row group.
type rowSpan struct{ from, to int64 }

func countRows(spans []rowSpan) (n int64) {
	for _, s := range spans {
		n += s.to - s.from
	}
	return n
}

// batchRows is how many rows are handed on at a time.
const batchRows = 8192

// selection says what of a file is wanted.
type selection struct {
	columns  map[string]bool // nil: all
	keys     keyRanges       // nil: all
	from, to Milli           // of the time
	wholly   bool            // all rows are in that time
	batch    int64           // rows to hand on at a time; 0: batchRows
}

// decode hands the wanted rows of a file to yield in the order of the file, in
// batches that are the receiver's to keep. No content makes it panic.
func decode[T Row](content []byte, sel selection, yield func([]T) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	f, err := openFile(content, tableOf[T]().kind)
	if err != nil {
		return err
	}
	columns, err := wantedColumns[T](f, sel)
	if err != nil {
		return err
	}
	for n, rows := range f.RowGroups() {
		g := group{rows, f, n, content}
		spans, err := selectRows[T](g, sel)
		if err != nil {
			return err
		}
		if err := readGroup(g, columns, spans, cmp.Or(sel.batch, batchRows), yield); err != nil {
			return err
		}
	}
	return nil
}

// group is a row group of a file.
type group struct {
	parquet.RowGroup
	file    *parquet.File
	n       int
	content []byte // of the file
}

// errDamaged is the error of a file that is not what was written.
var errDamaged = errors.New("damaged")

// openFile opens a file of a kind.
func openFile(content []byte, k Kind) (*parquet.File, error) {
	end := len(content) - 8 // of the footer; its length and the magic word follow
	if end < 4 || uint64(binary.LittleEndian.Uint32(content[end:])) > uint64(end-4) || string(content[end+4:]) != "PAR1" {
		return nil, fmt.Errorf("%w: truncated", errDamaged)
	}
	if _, err := thriftLength(content[end-int(binary.LittleEndian.Uint32(content[end:])) : end]); err != nil {
		return nil, fmt.Errorf("%w: the footer %w", errDamaged, err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(content), int64(len(content)), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if err := checkGroups(f, int64(len(content))); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	schema, _ := f.Lookup(schemaKey)
	version, err := strconv.Atoi(schema)
	if kind, _ := f.Lookup(kindKey); kind != string(k) || err != nil || version < 1 {
		return nil, fmt.Errorf("%w: a foreign file, not one of kind %s", errDamaged, k)
	}
	if version > SchemaVersion {
		return nil, errNewer
	}
	return f, checkCodecs(f)
}

// fileColumn is a column of a row and where it stands in a file.
type fileColumn struct {
	column
	leaf int // number of the column in the file
}

// wantedColumns finds the columns that are wanted. One that the file does not
// have was added later: its fields stay zero.
func wantedColumns[T Row](f *parquet.File, sel selection) ([]fileColumn, error) {
	var out []fileColumn
	for _, c := range columnsOf[T]() {
		if sel.columns != nil && !sel.columns[c.name] {
			continue
		}
		leaf, ok, err := findColumn[T](f, c)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, fileColumn{c, leaf})
		}
	}
	return out, nil
}

// findColumn finds a column in a file and checks that it is of the type that we
// write: the library reads any type into any other without a word.
func findColumn[T Row](f *parquet.File, c column) (leaf int, ok bool, err error) {
	path := leafPath(c.leaf)
	got, ok := f.Schema().Lookup(path...)
	if !ok {
		return 0, false, nil
	}
	want, _ := schemaOf[T]().Lookup(path...)
	if got.Node.Type().Kind() != want.Node.Type().Kind() || got.Node.Type().Length() != want.Node.Type().Length() ||
		got.MaxRepetitionLevel != want.MaxRepetitionLevel || got.MaxDefinitionLevel != want.MaxDefinitionLevel {
		return 0, false, fmt.Errorf("%w: column %q is of another type", errDamaged, c.name)
	}
	return int(got.ColumnIndex), true, nil
}

// readGroup reads the spans of a row group in batches.
func readGroup[T Row](g group, columns []fileColumn, spans []rowSpan, batch int64, yield func([]T) error) error {
	if len(spans) == 0 {
		return nil
	}
	readers := make([]*columnReader, len(columns))
	for i, c := range columns {
		r, err := newColumnReader(g, c)
		if err != nil {
			return err
		}
		defer r.close()
		readers[i] = r
	}
	for len(spans) > 0 {
		var some []rowSpan
		some, spans = cutSpans(spans, batch)
		rows := make([]T, countRows(some))
		for _, r := range readers {
			if err := r.fill(reflect.ValueOf(rows), some); err != nil {
				return fmt.Errorf("%w: column %q: %w", errDamaged, r.column.name, err)
			}
		}
		if err := yield(rows); err != nil {
			return err
		}
	}
	return nil
}

// cutSpans splits off the first n rows.
func cutSpans(spans []rowSpan, n int64) (first, rest []rowSpan) {
	for i, s := range spans {
		if s.to-s.from <= n {
			n -= s.to - s.from
			continue
		}
		first, rest = spans[:i:i], spans[i:]
		if n > 0 {
			first = append(first, rowSpan{s.from, s.from + n})
			rest = append([]rowSpan{{s.from + n, s.to}}, rest[1:]...)
		}
		return first, rest
	}
	return spans, nil
}
