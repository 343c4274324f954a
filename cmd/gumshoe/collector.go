package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// The garbage collector trades time for memory. Most runs are done before their
// heap is worth collecting: up to a limit it is left alone. A heap that does not
// fit is collected early, which costs some per cent of the time and saves a third
// of the memory: the windows hold hardly any pointers. Memory that is touched for the
// first time is not free either: a virtual machine may have to ask its host for it, at
// two milliseconds a MiB.
const (
	calmLimit = 104 << 20 // bytes of memory that are used before anything is collected
	calmLive  = 48 << 20  // bytes alive from which on collecting at the limit would hardly end
	gcSpare   = 24 << 20  // from then on: bytes that may be allocated until the next collection
	gcPercent = 14        // or of the live heap, if that is more,
	gcMost    = 64 << 20  // but no more than this
)

// hurried is set while much is allocated that does not live long: the rows of
// the archive. Collecting is let wait until the heap has doubled then.
var hurried atomic.Bool

// unpaced is set while memory is taken for the heap to grow in: what is collected then
// says nothing of how much is alive.
var unpaced atomic.Bool

// paceCollector sets when garbage is collected, now and after each collection, below
// whatever GOMEMLIMIT says. Whoever sets GOGC knows better.
func paceCollector() {
	if os.Getenv("GOGC") == "" {
		keepPace(debug.SetMemoryLimit(-1))
	}
}

// keepPace goes on after each collection. The limit is the one that the process was
// started with: the units set one below what the kernel would kill it for.
func keepPace(limit int64) {
	setPace(limit, liveHeap())
	collected := new([64]byte) // of its own: tiny blocks are shared, and live on
	runtime.AddCleanup(collected, func(struct{}) { keepPace(limit) }, struct{}{})
}

// liveHeap is how many bytes the last collection found alive.
func liveHeap() uint64 {
	heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(heap)
	return heap[0].Value.Uint64()
}

// setPace sets when garbage is collected next, of a heap of which so many bytes are alive.
func setPace(limit int64, live uint64) {
	if unpaced.Load() {
		return
	}
	if live < calmLive && !hurried.Load() {
		debug.SetMemoryLimit(min(calmLimit, limit))
		debug.SetGCPercent(-1)
		return
	}
	percent := 100 * min(max(gcSpare, live*gcPercent/100), gcMost) / max(live, 1)
	if hurried.Load() {
		percent = 100
	}
	debug.SetGCPercent(int(percent))
	debug.SetMemoryLimit(limit)
}
