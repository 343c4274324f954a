package main

import (
	"runtime"
	"syscall"
	"testing"
)

// Where the address space is limited none of it is taken for what may never be used.
func TestLimitedSpaceIsNotTaken(t *testing.T) {
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &before); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_AS, &before); err != nil {
			t.Error(err)
		}
	}()
	for _, c := range []struct {
		space uint64
		taken bool
	}{{before.Cur, before.Cur >= unlimited}, {min(1<<46, before.Max), false}} {
		if err := syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: c.space, Max: before.Max}); err != nil {
			t.Fatal(err)
		}
		was := allocated()
		growInHugePages()
		if taken := allocated()-was >= hugeHeap; taken != c.taken {
			t.Errorf("of %d bytes of address space the heap's are taken: %t", c.space, taken)
		}
	}
}

// What the heap is to grow in is free to the kernel, too: what counts as used before it is
// touched is collected at once, and once more.
func TestHeapIsGivenBack(t *testing.T) {
	growInHugePages()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if kept := m.HeapIdle - m.HeapReleased; kept >= hugeHeap/4 {
		t.Errorf("%d bytes of the heap are neither used nor given back", kept)
	}
}

// allocated is how many bytes the heap was ever asked for.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
