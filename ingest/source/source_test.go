package source

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"gumshoe/ingest"
)

// plain is a format for whatever begins with "log"; it gives no events.
type plain struct{}

func (plain) Name() string                                    { return "plain" }
func (plain) Yearless([]byte) bool                            { return true }
func (plain) NewParser(c ingest.Context) ingest.Parser        { return plainParser{c} }
func (plainParser) Parse([]byte, *ingest.Event) ingest.Result { return ingest.Ignored }

type plainParser struct{ ingest.Context }

func detect(_ string, sample []byte) ingest.Format {
	if bytes.HasPrefix(sample, []byte("log")) || bytes.HasPrefix(sample, []byte("{")) {
		return plain{}
	}
	return nil
}

var options = Options{Detect: detect}

// evening is the mtime of test files.
var evening = time.Date(2026, time.November, 20, 18, 0, 0, 0, time.UTC)

// write makes a file below dir.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, evening, evening); err != nil {
		t.Fatal(err)
	}
	return path
}

// gz compresses text; written is put into the header.
func gz(t *testing.T, text string, written time.Time) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.ModTime = written
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zst(t *testing.T, text string) string {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(z.EncodeAll([]byte(text), nil))
}

func xzed(t *testing.T, text string, dictionary int) string {
	t.Helper()
	var b bytes.Buffer
	z, err := xz.WriterConfig{DictCap: dictionary}.NewWriter(&b)
	if err == nil {
		_, err = io.WriteString(z, text)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// helloXZ is "log hello\n" as `xz -9` writes it, sizes in the header of its block.
const helloXZ = "\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F\x04\xc0\x0e\x0a!\x01\x1c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x83\x96\xba2\x01\x00\x09log hello\x0a\x00\x00\x00cTZ\x01\xaa\xf6=\x9a\x00\x01*\x0a\x1d\x908\xaf\x1f\xb6\xf3}\x01\x00\x00\x00\x00\x04YZ"

// helloBZ2 is "log hello\n" as bzip2, which Go cannot write.
const helloBZ2 = "BZh91AY&SY3Q\x1d$\x00\x00\x03\xd1\x00\x00\x10@\x00\x02\xc4\xa0\x00\"\x1acP\x86\x00\x97\xa5\x05\x9e.\xe4\x8ap\xa1 f\xa2:H"

func open1(t *testing.T, path string, opt Options) *File {
	t.Helper()
	f, err := Open(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func text(t *testing.T, s ingest.Source) string {
	t.Helper()
	in, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	b, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCompressionIsToldByContent(t *testing.T) {
	dir := t.TempDir()
	const want = "log hello\n"
	for name, content := range map[string]string{
		"plain.log":   want,
		"a.gz":        gz(t, want, evening),
		"b.zst":       zst(t, want),
		"c.bz2":       helloBZ2,
		"d.xz":        helloXZ,
		"e.xz":        xzed(t, want, 1<<16),
		"two.xz":      xzed(t, "log ", 1<<16) + xzed(t, "hello\n", 1<<16),
		"misnamed":    gz(t, want, evening),
		"misnamed.gz": want,
		"two.gz":      gz(t, "log ", evening) + gz(t, "hello\n", evening),
	} {
		f := open1(t, write(t, dir, name, content), options)
		if got := text(t, f); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		random := content == want
		if (f.ReaderAt() != nil) != random || (f.Size() >= 0) != random {
			t.Errorf("%s: random access %t, size %d", name, f.ReaderAt() != nil, f.Size())
		}
	}
}

func TestAnchor(t *testing.T) {
	header := time.Date(2026, time.November, 3, 6, 25, 0, 0, time.UTC)
	utc := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		what, name, content string
		year                int
		want                time.Time
	}{
		{"the mtime", "access.log", "log\n", 0, evening},
		{"the gzip header", "access.log.2.gz", gz(t, "log\n", header), 0, header},
		{"a gzip header without time", "access.log.3.gz", gz(t, "log\n", time.Unix(0, 0)), 0, evening},
		{"a gzip header later than the mtime", "access.log.3.gz", gz(t, "log\n", evening.AddDate(16, 0, 0)), 0, evening},
		{"the date of the rotation", "access.log-20250301", "log\n", 0, utc(2025, 3, 3)},
		{"before the gzip header", "access.log-20250301.gz", gz(t, "log\n", header), 0, utc(2025, 3, 3)},
		{"the date of the first day", "access.2026-11-01.log", "log\n", 0, evening},
		{"a date to come", "access.log-20261120", "log\n", 0, utc(2026, 11, 22)},
		{"--year before all", "access.log-20250302", "log\n", 2019, time.Date(2019, 12, 31, 23, 59, 59, 0, time.UTC)},
	} {
		opt := options
		opt.Year = c.year
		f := open1(t, write(t, t.TempDir(), c.name, c.content), opt)
		if !f.Anchor().Equal(c.want) {
			t.Errorf("%s: %s, want %s", c.what, f.Anchor(), c.want)
		}
	}
}

// With --year the parser's anchor leaves no stamp of the year to the next one.
func TestYearKeepsItsFirstDay(t *testing.T) {
	opt := options
	opt.Year = 2019
	f := open1(t, write(t, t.TempDir(), "auth.log", "log\n"), opt)
	p := f.Format().NewParser(ingest.Context{Anchor: f.Anchor()}).(plainParser)
	if latest := p.Anchor.Add(24 * time.Hour); latest.Year() != 2019 || latest.YearDay() != 365 {
		t.Errorf("the parser takes stamps until %s", latest)
	}
}

func TestOpenFails(t *testing.T) {
	dir := t.TempDir()
	whole := gz(t, "log\n", evening)
	for _, c := range []struct {
		name, content, want string
		notLog              bool
	}{
		{"image.log", "\x89PNG\r\n\x1a\n" + strings.Repeat("\x00\x01", 50), "not a log: binary", true},
		{"notes.txt", "dear diary\n", "not a log: no format known here", true},
		{"cut.gz", whole[:12], "unexpected EOF", false},
		{"junk.gz", "\x1f\x8b junk that is no gzip", "gzip: invalid header", false},
		{"cut.xz", helloXZ[:8], "unexpected EOF", false},
		{"greedy.xz", xzed(t, "log\n", 256<<20), "xz: a dictionary of 256 MiB, more than 128", false},
	} {
		path := write(t, dir, c.name, c.content)
		_, err := Open(path, options)
		if err == nil || !strings.Contains(err.Error(), path) || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: %v, want the path and %q", c.name, err, c.want)
		}
		if errors.Is(err, ErrNotLog) != c.notLog {
			t.Errorf("%s: not a log: %t, want %t", c.name, !c.notLog, c.notLog)
		}
	}
	if _, err := Open(filepath.Join(dir, "absent"), options); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	if _, err := Open(dir, options); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("directory: %v", err)
	}
}

func TestDecompressionBomb(t *testing.T) {
	raw := &counter{in: strings.NewReader("small")}
	s := &stream{ReadCloser: io.NopCloser(zeros{}), packed: raw}
	n, err := io.Copy(io.Discard, s)
	if err == nil || !strings.HasPrefix(err.Error(), "decompression stopped") {
		t.Errorf("error %v", err)
	}
	if n < ratioGrace || n > ratioGrace+1<<20 {
		t.Errorf("%d bytes came out, want about %d", n, ratioGrace)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestNames(t *testing.T) {
	for _, c := range []struct {
		path, log string
		day       string
		number    int
	}{
		{"/var/log/auth.log", "/var/log/auth.log", "", 0},
		{"auth.log.1", "auth.log", "", 2},
		{"auth.log.12.gz", "auth.log", "", 13},
		{"auth.log.old", "auth.log", "", 1},
		{"secure-20261120", "secure", "2026-11-20", 0},
		{"secure-20261120.zst", "secure", "2026-11-20", 0},
		{"access.log.2026-11-20.gz", "access.log", "2026-11-20", 0},
		{"access-2026-11-20.log", "access.log", "2026-11-20", 0},
		{"access.log-20261120-1763611200.gz", "access.log", "2026-11-20", 0},
		{"access.log-20261120.1.gz", "access.log", "2026-11-20", 2},
		{"access.log.0", "access.log", "", 1},
		{"access.1.log", "access.log", "", 2}, // extension .log
		{"access.1.log.gz", "access.log", "", 2},
		{"access.log.0.xz", "access.log", "", 1},
		{"access.log.2.bz2", "access.log", "", 3},
		{"messages-20261120.xz", "messages", "2026-11-20", 0},
		{"messages-2026112006", "messages", "2026-11-20", 0}, // dateformat -%Y%m%d%H
		{"messages-20261120-06.gz", "messages", "2026-11-20", 0},
		{"access-20261120.log.gz", "access.log", "2026-11-20", 0}, // extension .log
		{"access.log_2026-11-20", "access.log", "2026-11-20", 0},
		{"host-20269999.log", "host-20269999.log", "", 0},
		{"198.51.100.7.log", "198.51.100.7.log", "", 0},
		{".1", ".1", "", 0},
	} {
		n := parseName(c.path)
		day := ""
		if !n.date.IsZero() {
			day = n.date.Format(time.DateOnly)
		}
		if n.log != c.log || day != c.day || n.number != c.number {
			t.Errorf("%s: log %q, day %q, number %d; want %q, %q, %d", c.path, n.log, day, n.number, c.log, c.day, c.number)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("/var/log/auth.log-20261120.1.gz", "access.2026-11-20.log")
	f.Fuzz(func(t *testing.T, a, b string) {
		if compareNames(a, b) != -compareNames(b, a) {
			t.Errorf("%q and %q have no order", a, b)
		}
	})
}

func TestLines(t *testing.T) {
	dir := t.TempDir()
	long := "log " + strings.Repeat("x", 9000)
	content := "log one\r\nlog two\n" + long + "\nlog last"
	last := int64(len(content) - len("log last"))
	sources := []ingest.Source{
		open1(t, write(t, dir, "plain.log", content), options),
		open1(t, write(t, dir, "packed.log.gz", gz(t, content, evening)), options),
	}
	want := map[ingest.Origin]string{}
	var origins []ingest.Origin
	for i := range int32(2) {
		for at, line := range map[int64]string{0: "log one", 9: "log two", 17: long[:maxEvidence] + cutMark, last: "log last"} {
			want[ingest.Origin{Source: i, Offset: at}] = line
			origins = append(origins, ingest.Origin{Source: i, Offset: at})
		}
		origins = append(origins, ingest.Origin{Source: i, Offset: 1 << 40}) // beyond the end
	}
	origins = append(origins, origins[0], ingest.Origin{Source: 7})
	if diff := cmp.Diff(want, Lines(sources, origins)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
