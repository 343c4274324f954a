package source

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"
)

// One log, what of it was there when it was half as long, and another log that
// begins as it does.
var (
	half  = "log " + strings.Repeat("x", 2*headSize) + "\n" + strings.Repeat("log line\n", 500)
	whole = half + strings.Repeat("log line\n", 500)
	other = half + strings.Repeat("log LINE\n", 500)
)

// bzip2Of has them as bzip2, which Go cannot write.
var bzip2Of = map[string]string{
	half:  "425a68393141592653594c92f3ce0006d851808410400002a5804000082000508069a68135541a36a338ee906920dd20c4832906e906d20ca41d2418faad73557e2ee48a70a1209925e79c",
	whole: "425a6839314159265359a3b3993b000dae51808410400002a5804000082000704034d3409aaa0d1b519c77520d2906ea418a419520dd4836a419520e94831f55ae6aafc5dc914e142428ece64ec0",
	other: "425a6839314159265359f36c5079000ea8558084104000022502a58040000820007053000026aaa64d3351bd499d70507a2837db4a41aa41aa41d520d520ee9062906520f7483b520ca41ba9063cab8daaafe2ee48a70a121e6d8a0f20",
}

// packers make a file in each way that a log is kept, by its extension.
var packers = map[string]func(*testing.T, string) string{
	"":     func(_ *testing.T, text string) string { return text },
	".gz":  func(t *testing.T, text string) string { return gz(t, text, evening) },
	".zst": zst,
	".xz":  func(t *testing.T, text string) string { return xzed(t, text, 1<<16) },
	".bz2": func(t *testing.T, text string) string {
		t.Helper()
		packed, err := hex.DecodeString(bzip2Of[text])
		if err != nil || len(packed) == 0 {
			t.Fatalf("no bzip2 of %q: %v", text, err)
		}
		return string(packed)
	},
}

func TestSameLinesCountOnce(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"copytruncate has copied and not yet truncated", map[string]string{"a.log": whole, "a.log.1": whole},
			[]string{"a.log.1"}},
		{"and the log has grown since", map[string]string{"a.log": whole + "log new\n", "a.log.1": whole},
			[]string{"a.log"}},
		{"gzip has not yet removed its input", map[string]string{"a.log.1": whole, "a.log.1.gz": gz(t, whole, evening)},
			[]string{"a.log.1"}},
		{"two copies of a compressed log", map[string]string{"a.log.zst": zst(t, whole), "b.log.zst": zst(t, whole)},
			[]string{"a.log.zst"}},
		{"same beginning, other end", map[string]string{"a.log": whole, "b.log": other},
			[]string{"a.log", "b.log"}},
		{"short and different", map[string]string{"a.log": "log 1\n", "b.log": "log 2\n"}, []string{"a.log", "b.log"}},
		{"two empty ones", map[string]string{"a.log": "", "b.log": ""}, []string{"a.log", "b.log"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range c.files {
				write(t, dir, name, content)
			}
			names, _ := expand(t, dir, dir)
			differ(t, "files", c.want, names)
		})
	}
	t.Run("one path twice", func(t *testing.T) {
		dir := t.TempDir()
		a := write(t, dir, "a.log", "log\n")
		names, notes := expand(t, dir, a, dir, a)
		differ(t, "files", []string{"a.log"}, names)
		differ(t, "notes", []string{"a.log: same lines as a.log", "a.log: same lines as a.log"}, notes)
	})
}

// Whatever a rotation compressed with, and whatever it was compressed with before,
// no line counts twice, and none is lost that only begins like another.
func TestSameLinesInAnyCompression(t *testing.T) {
	for x, pack := range packers {
		for y, packOther := range packers {
			t.Run("a.log.1"+x+" and b.log"+y, func(t *testing.T) {
				first, second := "a.log.1"+x, "b.log"+y
				for _, c := range []struct {
					what, first, second string
					want                []string
				}{
					{"copies", whole, whole, []string{first}},
					{"the second is the beginning of the first", whole, half, []string{first}},
					{"the first is the beginning of the second", half, whole, []string{second}},
					{"alike only at the beginning", whole, other, []string{first, second}},
				} {
					dir := t.TempDir()
					write(t, dir, first, pack(t, c.first))
					write(t, dir, second, packOther(t, c.second))
					names, _ := expand(t, dir, dir)
					differ(t, c.what, c.want, names)
				}
			})
		}
	}
}

// A rotation is seen while it still compresses: the lines of the unfinished file
// are all in the file it is made from.
func TestSameLinesInUnfinishedCompression(t *testing.T) {
	var b strings.Builder
	for i := range 50000 {
		b.WriteString("log " + strings.Repeat("y", i%97) + "\n")
	}
	packed := gz(t, b.String(), evening)
	dir := t.TempDir()
	write(t, dir, "a.log.1", b.String())
	write(t, dir, "a.log.1.gz", packed[:len(packed)/2])
	names, notes := expand(t, dir, dir)
	differ(t, "files", []string{"a.log.1"}, names)
	differ(t, "notes", []string{"a.log.1.gz: same lines as a.log.1"}, notes)
}

// Comparing long files does not hold up an interrupt, and drops nothing it has
// not seen.
func TestComparisonIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	a := open1(t, write(t, dir, "a.log", whole), options)
	b := open1(t, write(t, dir, "b.log", whole), options)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if kept, notes := unique(ctx, []*File{a, b}); len(kept) != 2 || len(notes) != 0 {
		t.Errorf("%d files kept, notes %v", len(kept), notes)
	}
}
