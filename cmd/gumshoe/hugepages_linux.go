package main

import (
	"math"
	"runtime/debug"
	"syscall"
)

// hugeHeap is how many bytes of the heap grow in huge pages: as many as any but
// the greatest run needs.
const hugeHeap = 256 << 20

// unlimited is from where on a limit is none.
const unlimited = 1 << 62

// growInHugePages lets the heap grow through pages of 2 MiB instead of 4 KiB, if
// the kernel has them for those who ask: of a million lines 53,000 page faults
// become 7,000, and tables that are looked into at random need few entries of the
// processor's TLB. The runtime cannot be told to ask. So memory for the whole heap
// is taken, marked, and given back untouched, to the kernel as well, or it counts as
// used and all is collected anew while the workers begin (0.7 ms); the runtime takes it
// again before it maps any more. What is never used takes no memory.
//
// Whoever reads waits for it: alone it takes 2 ms, beside the workers 4-10, and
// their tables would lie in small pages for good.
func growInHugePages() {
	var space syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &space); err != nil || space.Cur < unlimited {
		return // ulimit -v counts what is taken, be it touched or not
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(math.MaxInt64)) // or it is collected before it is marked, and twice
	unpaced.Store(true)
	defer unpaced.Store(false)
	heap := make([]byte, hugeHeap)
	_ = syscall.Madvise(heap, syscall.MADV_HUGEPAGE) // a kernel that has none is as well
	heap = nil
	debug.FreeOSMemory()
}
