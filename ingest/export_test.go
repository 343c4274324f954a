package ingest

import "context"

// ScanIn is Scan with chunks of another size, for the tests of what works with
// this package.
func ScanIn(ctx context.Context, sources []Source, opt Options, chunk int64) ([]Health, error) {
	cut := standard
	cut.chunk = chunk
	return scan(ctx, sources, opt, cut)
}
