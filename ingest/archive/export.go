package archive

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
)

// Format is a format of Export.
type Format string

// The formats.
const (
	NDJSON  Format = "ndjson"  // an object a line, times in RFC 3339, sketches in base64
	CSV     Format = "csv"     // a header and a record a line; lists are joined with spaces
	Parquet Format = "parquet" // one file with the archive's own schema
)

// Formats lists all formats.
var Formats = []Format{NDJSON, CSV, Parquet}

// Export writes the rows of a kind, or some columns of them, to w.
func (a *Archive) Export(ctx context.Context, w io.Writer, k Kind, f Format, q Query) ([]Damage, error) {
	switch k {
	case KindAddress:
		return export[Address](ctx, a, w, f, q)
	case KindAccount:
		return export[Account](ctx, a, w, f, q)
	case KindPath:
		return export[Path](ctx, a, w, f, q)
	case KindAgent:
		return export[Agent](ctx, a, w, f, q)
	case KindService:
		return export[Service](ctx, a, w, f, q)
	case KindTouch:
		return export[Touch](ctx, a, w, f, q)
	}
	return nil, fmt.Errorf("exporting rows of an unknown kind %q", k)
}

func export[T Row](ctx context.Context, a *Archive, w io.Writer, f Format, q Query) ([]Damage, error) {
	if f == Parquet {
		return exportParquet[T](ctx, a, w, q)
	}
	var columns []column
	for _, c := range columnsOf[T]() {
		if q.Columns == nil || slices.Contains(q.Columns, c.name) {
			columns = append(columns, c)
		}
	}
	var write func(values []any) error
	done := func() error { return nil }
	switch f {
	case NDJSON:
		write = func(values []any) error { return writeObject(w, columns, values) }
	case CSV:
		out := csv.NewWriter(w)
		header := make([]string, len(columns))
		for i, c := range columns {
			header[i] = c.name
		}
		if err := out.Write(header); err != nil {
			return nil, err
		}
		write = func(values []any) error { return writeRecord(out, values) }
		done = func() error { out.Flush(); return out.Error() }
	default:
		return nil, fmt.Errorf("exporting to an unknown format %q", f)
	}
	values := make([]any, len(columns))
	damage, err := Read(ctx, a, q, func(rows []T) error {
		for i := range rows {
			row := reflect.ValueOf(&rows[i]).Elem()
			for j, c := range columns {
				values[j] = row.FieldByIndex(c.index).Interface()
			}
			if err := write(values); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return damage, err
	}
	return damage, done()
}

func exportParquet[T Row](ctx context.Context, a *Archive, w io.Writer, q Query) ([]Damage, error) {
	q.Columns = nil // the schema stays whole
	out := newWriter[T](w)
	damage, err := Read(ctx, a, q, func(rows []T) error { return writeRows(out, rows) })
	if err != nil {
		return damage, err
	}
	return damage, out.Close()
}

// writeObject writes a JSON object with its members in the order of the columns.
func writeObject(w io.Writer, columns []column, values []any) error {
	line := []byte{'{'}
	for i, v := range values {
		if i > 0 {
			line = append(line, ',')
		}
		if ids, ok := v.([]uint64); ok && ids == nil {
			v = []uint64{}
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		line = append(append(append(line, '"'), columns[i].name...), '"', ':')
		line = append(line, text...)
	}
	_, err := w.Write(append(line, '}', '\n'))
	return err
}

// writeRecord writes a line of CSV. Text that a spreadsheet would take for a
// formula gets an apostrophe: it is the attacker's.
func writeRecord(out *csv.Writer, values []any) error {
	record := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case string:
			if strings.ContainsAny(v[:min(len(v), 1)], "=+-@\t\r") {
				v = "'" + v
			}
			record[i] = v
		case []uint64:
			record[i] = strings.Trim(fmt.Sprint(v), "[]")
		case []byte:
			record[i] = fmt.Sprintf("%x", v)
		case Milli:
			text, _ := v.MarshalText()
			record[i] = string(text)
		default:
			record[i] = fmt.Sprint(v)
		}
	}
	return out.Write(record)
}
