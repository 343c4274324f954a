//go:build !race

package archive

const (
	stride   = 1
	campaign = 1
)
