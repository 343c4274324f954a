package main

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressFrom is the input size in bytes from which waiting is long enough to
// deserve a bar.
const progressFrom = 32 << 20

// progress returns a function that shows how much of total bytes is read, and
// one that clears the bar. Both do nothing where nobody looks: off a terminal,
// with --quiet, over short inputs. total is negative when it is not known.
func (a *app) progress(total int64) (show func(read int64), done func()) {
	if a.quiet || !terminal(a.err) || total >= 0 && total < progressFrom {
		return func(int64) {}, func() {}
	}
	bar := progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(a.err),
		progressbar.OptionSetDescription("reading"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionUseANSICodes(a.colors(a.err)),
		progressbar.OptionClearOnFinish(),
	)
	return func(read int64) { _ = bar.Set64(read) }, func() { _ = bar.Finish() }
}
