// Gumshoe-traffic writes the logs of a web and mail server that does not exist,
// and the truth about everybody in them.
//
// It is what the project's own tests and benchmarks read: see package traffic
// for how it works and testdata/README.md for what it made.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := newRoot().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "gumshoe-traffic:", err)
		os.Exit(1)
	}
}
