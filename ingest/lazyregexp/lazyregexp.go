// Package lazyregexp puts off the compiling of regular expressions. Compiled at
// the start, the program's own would cost every command, however short, about a
// fifth of it.
package lazyregexp

import (
	"regexp"
	"sync"
)

// New returns what compiles expr at its first call. A malformed expression
// panics then, and in no program: TestEveryExpression compiles all.
func New(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
