//go:build !race

package docs

import (
	"fmt"
	"regexp"
	"strings"
)

// proof is what shows that a command did what its page says, beside its exit code.
type proof struct {
	command       string   // or a part of it
	before, after string   // what is run there, and succeeds
	says          []string // patterns of what is printed
}

// changes tells whether the command changes the tree: something is put right for it, or
// looked for behind it.
func (p proof) changes() bool { return p.before != "" || p.after != "" }

// A row of each of the tables of .ci/bench: something was read, and took memory.
const (
	peersRow   = `(?m)^\| %s \| \S+ \| [1-9]\d* \| [\d.]+ \| [\d.]+ \| [\d.]+ \| [1-9]\d* \| \d+ \| [\d.]+ \|$`
	scalingRow = `(?m)^\| %s \| [1-9]\d* \| \d+ \| [\d.]+ \| [\d.]+ \| [1-9]\d* \| \d+ \|$`
)

// peers and scaling are the rows that need no program which may be missing.
var (
	peers   = rows(peersRow, "gumshoe analyze", "mawk, count by address", "wc -l", "mawk, failures by address")
	scaling = rows(scalingRow, "addresses: a twentieth", "one log, more cores", "2 addresses", "4000 addresses",
		"hard: every address", "hard: every path", "hard: every agent", "hard: every account", "hard: every one", "hard: every flood")
)

func rows(format string, names ...string) (patterns []string) {
	for _, name := range names {
		patterns = append(patterns, fmt.Sprintf(format, name))
	}
	return patterns
}

var proofs = []proof{
	{command: "make build", before: "rm gumshoe", after: "./gumshoe version"},
	{command: "install gumshoe", after: `"$TMPDIR/gumshoe" version`},
	{command: "make packages", after: "dpkg-deb --info dist/gumshoe_*.deb"},
	{command: "make golden", before: "git clean -qfd", says: []string{"ok .*gumshoe/report\t", "ok .*gumshoe/cmd/gumshoe\t", "ok .*gumshoe/ingest/archive\t"},
		after: `[ -z "$(git status --porcelain -- . ':!*.gz')" ] || { git diff --stat; exit 1; }`}, // another Go packs otherwise
	{command: "make pgo", before: "rm cmd/gumshoe/default.pgo", after: "go tool pprof -top cmd/gumshoe/default.pgo >/dev/null"},
	{command: "make soak", says: []string{"--- PASS: TestKilledRuns", "--- PASS: TestKilledBans", "--- PASS: TestDeath"}},
	{command: "make live", says: []string{"(?m)^TestLive$"}},
	{command: "make ai-live", says: []string{"(?m)^TestEngine$"}},
	{command: "make bench", says: append(append([]string{`(?m)^BenchmarkAnalyze/access\b.* lines/s`}, peers...), scaling...)},
	{command: ".ci/bench peers", says: peers},
	{command: ".ci/bench scaling", says: scaling},
	{command: "make quality", says: []string{`(?m)^\| T5 \|.*\| yes \|$`}},
	{command: "make quality EVAL", before: small, says: []string{"labelled: 4 of 4 right", "ok .*gumshoe/ingest\t", "ok .*gumshoe/ingest/format\t", "ok .*gumshoe/cmd/gumshoe\t"}},
	{command: "evaluate", says: []string{`(?m)^\| T5 \|.*\| yes \|$`}},
	{command: "gumshoe-traffic access -o LOGS", after: `[ "$(wc -l <LOGS/nginx/access.log)" = 1000000 ]`},
	{command: "TestTable -table", says: []string{`(?m)^\| 8 \| 300 \|( [\d.]+ \|){5}$`}},
}

// small leaves of the logs in testdata the beginning of the newest.
const small = `find testdata/site testdata/scenarios -name '*.gz' -delete
find testdata/site testdata/scenarios -path '*log*' -type f -exec sed -i 100q {} +`

func proofsOf(line string) (out []proof) {
	for _, p := range proofs {
		if strings.Contains(line, p.command) {
			out = append(out, p)
		}
	}
	return out
}

// benchmarked is the pattern of the benchmarks that a line asks for.
var benchmarked = regexp.MustCompile(`-bench (?:'([^']+)'|(\S+))`)

// missing says what a line should have printed and did not. The go command itself is
// content with a pattern that names nothing.
func missing(line, out string) error {
	var wanted []string
	for _, p := range proofsOf(line) {
		wanted = append(wanted, p.says...)
	}
	if m := benchmarked.FindStringSubmatch(line); m != nil {
		for name := range strings.SplitSeq(m[1]+m[2], "|") {
			wanted = append(wanted, `(?m)^Benchmark\S*(?:`+name+`).* ns/op`)
		}
	}
	for _, pattern := range wanted {
		if !regexp.MustCompile(pattern).MatchString(out) {
			return fmt.Errorf("nothing like %q in: %s", pattern, out)
		}
	}
	if strings.Contains(out, "no tests to run") {
		return fmt.Errorf("it names no test: %s", out)
	}
	return nil
}
