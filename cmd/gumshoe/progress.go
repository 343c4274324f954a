package main

import (
	"time"

	"github.com/schollz/progressbar/v3"

	"gumshoe/ingest"
	"gumshoe/ingest/source"
)

// progressFrom is the input size in bytes from which waiting is long enough to
// deserve a bar.
const progressFrom = 32 << 20

// expected is about how many bytes there are to read, -1 where nobody can know.
func expected(sources []ingest.Source) (total int64) {
	for _, s := range sources {
		n := s.Size()
		if f, ok := s.(*source.File); ok {
			n = f.Expected()
		}
		if n < 0 {
			return -1
		}
		total += n
	}
	return total
}

// progress returns a function that shows how much of total bytes is read, how fast,
// and how long the rest will take, and one that clears the bar. Both do nothing where
// nobody looks: off a terminal, with --quiet, over short inputs. total is negative
// when it is not known, and may be a little wrong.
func (a *app) progress(total int64) (show func(read int64), done func()) {
	if a.quiet || !terminal(a.err) || total >= 0 && total < progressFrom {
		return func(int64) {}, func() {}
	}
	bar := progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(a.err),
		progressbar.OptionSetDescription("reading"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionUseANSICodes(a.colors(a.err)),
		progressbar.OptionClearOnFinish(),
	)
	bar.StartWithoutRender() // or the first rate to be shown is that of no time at all
	return func(read int64) {
		if total >= 0 {
			read = min(read, total-1) // a full bar would end, and the text may be longer than was thought
		}
		_ = bar.Set64(read)
	}, func() { _ = bar.Finish() }
}
