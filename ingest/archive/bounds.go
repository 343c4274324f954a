package archive

import (
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// What a file says of its own sizes is checked before room is made for it. The
// values of a page are beyond that: they have a checksum, which is insisted on.

// What is never exceeded by what we write: a page holds some 32 KB or a thousand
// long rows, a dictionary the names of a row group.
const (
	maxGroupRows  = 10 * rowGroup
	maxPageBytes  = 128 << 20
	maxPageValues = rowGroup * (MaxMembers + 1)
)

var errBounds = errors.New("has sizes that cannot be")

// checkGroups checks the row groups and columns that a footer tells of.
func checkGroups(f *parquet.File, size int64) error {
	inside := func(offset, length int64) bool {
		return offset >= 0 && length >= 0 && offset <= size && length <= size-offset
	}
	for _, g := range f.Metadata().RowGroups {
		if g.NumRows < 0 || g.NumRows > maxGroupRows {
			return errBounds
		}
		for i := range g.Columns {
			c := &g.Columns[i]
			if !inside(c.MetaData.DataPageOffset, 0) || !inside(c.MetaData.DictionaryPageOffset, 0) || !inside(0, c.MetaData.TotalCompressedSize) ||
				!inside(c.ColumnIndexOffset, int64(c.ColumnIndexLength)) || !inside(c.OffsetIndexOffset, int64(c.OffsetIndexLength)) {
				return errBounds
			}
		}
	}
	return nil
}

// checkCodecs insists on the codec that all our versions write. The library's reader of
// LZ4 doubles its room for as long as a block does not fit, and one that is none never does.
func checkCodecs(f *parquet.File) error {
	for _, g := range f.Metadata().RowGroups {
		for i := range g.Columns {
			if g.Columns[i].MetaData.Codec != codec.CompressionCodec() {
				return fmt.Errorf("%w: is compressed by %s", errDamaged, g.Columns[i].MetaData.Codec)
			}
		}
	}
	return nil
}

// chunk is a column of a row group in the file.
type chunk struct {
	content []byte
	meta    *format.ColumnChunk
	pages   parquet.OffsetIndex
}

// openChunk reads where the pages of a column are: one behind the other, first
// that of the dictionary if there is one.
func openChunk(content []byte, f *parquet.File, group int, c fileColumn) (*chunk, error) {
	ch := &chunk{content: content, meta: &f.Metadata().RowGroups[group].Columns[c.leaf]}
	m := ch.meta
	if n, err := thriftLength(content[m.OffsetIndexOffset:][:m.OffsetIndexLength]); err != nil || n != int(m.OffsetIndexLength) {
		return nil, errBounds
	}
	var err error
	if ch.pages, err = f.RowGroups()[group].ColumnChunks()[c.leaf].OffsetIndex(); err != nil {
		return nil, err
	}
	at := m.MetaData.DataPageOffset
	if dictionary := m.MetaData.DictionaryPageOffset; dictionary != 0 {
		if n, err := ch.checkPage(dictionary, format.DictionaryPage); err != nil || dictionary+n != at {
			return nil, errors.Join(errBounds, err)
		}
	}
	for p := range ch.pages.NumPages() {
		if ch.pages.Offset(p) != at || ch.pages.CompressedPageSize(p) <= 0 {
			return nil, errBounds
		}
		if at += ch.pages.CompressedPageSize(p); at > int64(len(content)) {
			return nil, errBounds
		}
	}
	return ch, nil
}

// columnIndex reads the smallest and greatest values of the pages.
func (ch *chunk) columnIndex(of parquet.ColumnChunk) (parquet.ColumnIndex, error) {
	m := ch.meta
	if n, err := thriftLength(ch.content[m.ColumnIndexOffset:][:m.ColumnIndexLength]); err != nil || n != int(m.ColumnIndexLength) {
		return nil, errBounds
	}
	return of.ColumnIndex()
}

// checkData checks the p-th page of values.
func (ch *chunk) checkData(p int) error {
	n, err := ch.checkPage(ch.pages.Offset(p), format.DataPageV2)
	if err == nil && n != ch.pages.CompressedPageSize(p) {
		err = errBounds
	}
	return err
}

// checkPage checks the sizes and the checksum of a page and returns its length.
func (ch *chunk) checkPage(offset int64, want format.PageType) (int64, error) {
	n, err := thriftLength(ch.content[offset:])
	if err != nil {
		return 0, err
	}
	var h format.PageHeader
	header := ch.content[offset:][:n]
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), header, &h); err != nil {
		return 0, fmt.Errorf("%w: %w", errBounds, err)
	}
	body := ch.content[offset+int64(n):]
	values := max(h.DataPageHeaderV2.V.NumValues, h.DictionaryPageHeader.V.NumValues)
	if h.Type != want || h.CompressedPageSize < 0 || int(h.CompressedPageSize) > len(body) || h.UncompressedPageSize > maxPageBytes || values > maxPageValues {
		return 0, errBounds
	}
	if h.CRC == 0 && crc32.ChecksumIEEE(body[:h.CompressedPageSize]) != 0 { // the library takes 0 for none
		return 0, errBounds
	}
	return int64(n) + int64(h.CompressedPageSize), nil
}
