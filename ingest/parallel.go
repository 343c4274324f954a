package ingest

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// OnAllCores calls f(0) to f(n-1), as many at a time as there are processors.
func OnAllCores(n int, f func(i int)) {
	var next atomic.Int64
	var running sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		running.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	running.Wait()
}
