package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// Metadata of every file.
const (
	schemaKey = "gumshoe.schema"
	kindKey   = "gumshoe.kind"
)

// rowGroup bounds the memory of whoever reads or writes a file.
const rowGroup = 100_000

// pageBytes of a column's values: small, because a reader that looks for a few
// keys skips pages.
const pageBytes = 32 << 10

// codec is zstd at its fastest. The next level clears tables of more than a
// megabyte for each page, which takes longer than all the rest of a quiet hour's
// file, and makes pages of this size no smaller.
var codec = &zstd.Codec{Level: zstd.SpeedFastest}

// newWriter returns a writer whose bytes depend on the rows alone: not on the
// build, the machine or the time.
func newWriter[T Row](w io.Writer, more ...parquet.WriterOption) *parquet.GenericWriter[T] {
	return parquet.NewGenericWriter[T](w, append([]parquet.WriterOption{
		parquet.CreatedBy("gumshoe", strconv.Itoa(SchemaVersion), "archive"),
		parquet.KeyValueMetadata(schemaKey, strconv.Itoa(SchemaVersion)),
		parquet.KeyValueMetadata(kindKey, string(tableOf[T]().kind)),
		parquet.Compression(codec),
		parquet.PageBufferSize(pageBytes),
		parquet.DataPageStatistics(false), // they are in the page index
		parquet.MaxRowsPerRowGroup(rowGroup),
	}, more...)...)
}

// inOrder says that a file is sorted.
func inOrder[T Row]() parquet.WriterOption {
	t := tableOf[T]()
	return parquet.SortingWriterConfig(parquet.SortingColumns(parquet.Ascending(t.key), parquet.Ascending(t.time)))
}

// encode returns a file of sorted rows.
func encode[T Row](rows []T) ([]byte, error) {
	var b bytes.Buffer
	w := newWriter[T](&b, inOrder[T]())
	if err := writeRows(w, rows); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encoding rows of kind %s: %w", tableOf[T]().kind, err)
	}
	return b.Bytes(), nil
}

// writeRows writes a few rows at a time: the writer's buffers grow with what it
// is given at once.
func writeRows[T Row](w *parquet.GenericWriter[T], rows []T) error {
	for len(rows) > 0 {
		n := min(len(rows), 1000)
		if _, err := w.Write(rows[:n]); err != nil {
			return fmt.Errorf("encoding rows of kind %s: %w", tableOf[T]().kind, err)
		}
		rows = rows[n:]
	}
	return nil
}

func sumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
