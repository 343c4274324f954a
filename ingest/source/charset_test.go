package source

import (
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"gumshoe/ingest"
)

// utf16Of writes a text as UTF-16 with its mark.
func utf16Of(text string, order binary.AppendByteOrder) string {
	b := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func TestCharsetIsToldByItsMark(t *testing.T) {
	const want = "log hello\nüser 漢 😀\n"
	dir := t.TempDir()
	for name, content := range map[string]string{
		"le.log": utf16Of(want, binary.LittleEndian),
		"be.log": utf16Of(want, binary.BigEndian),
		"8.log":  "\ufeff" + want,
		"le.gz":  gz(t, utf16Of(want, binary.LittleEndian), evening),
		"8.zst":  zst(t, "\ufeff"+want),
	} {
		f := open1(t, write(t, dir, name, content), options)
		if got := text(t, f); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if string(f.head) != want || f.ReaderAt() != nil || f.Size() >= 0 {
			t.Errorf("%s: head %q, size %d: offsets are not those of the decoded text", name, f.head, f.Size())
		}
		at := ingest.Origin{Offset: int64(len("log hello\n"))}
		if got := Lines([]ingest.Source{f}, []ingest.Origin{at})[at]; got != "üser 漢 😀" {
			t.Errorf("%s: evidence %q", name, got)
		}
	}
}

// A mark is no compression: a file and its decoded copy are the same lines.
func TestDecodedCopyCountsOnce(t *testing.T) {
	dir := t.TempDir()
	const lines = "log one\nlog two\n"
	x := open1(t, write(t, dir, "a.log", lines), options)
	y := open1(t, write(t, dir, "b.log", utf16Of(lines, binary.LittleEndian)), options)
	if inside, around := compare(t.Context(), x, y); !inside || !around {
		t.Errorf("inside %t, around %t", inside, around)
	}
}

func TestBrokenUTF16(t *testing.T) {
	for content, want := range map[string]string{
		"\xff\xfea":                 "\ufffd",       // half a unit
		"\xff\xfea\x00b":            "a\ufffd",      // ... at the end
		"\xff\xfe\x3d\xd8a\x00":     "\ufffda",      // half a pair
		"\xff\xfe\x00\xdca\x00":     "\ufffda",      // the other half
		"\xfe\xff\xd8\x3d\xd8\x3d":  "\ufffd\ufffd", // two first halves
		"\xff\xfe":                  "",
		"\xef\xbb\xbf":              "",
		"\xef\xbb\xbf\xef\xbb\xbfa": "\ufeffa", // only the first is a mark
	} {
		for _, in := range []io.Reader{strings.NewReader(content), iotest.OneByteReader(strings.NewReader(content))} {
			got, err := io.ReadAll(iotest.OneByteReader(decoded(in)))
			if err != nil || string(got) != want {
				t.Errorf("%q: %q, %v, want %q", content, got, err, want)
			}
		}
	}
}

func FuzzDecoded(f *testing.F) {
	f.Add("\xff\xfea\x00\x3d\xd8\x00\xdeb\x00")
	f.Add("\xfe\xff\x00a\xd8\x3d")
	f.Add("\xef\xbb\xbfplain")
	f.Fuzz(func(t *testing.T, content string) {
		got, err := io.ReadAll(decoded(strings.NewReader(content)))
		if err != nil || len(got) > len(content)*2 {
			t.Fatalf("%d bytes became %d: %v", len(content), len(got), err)
		}
		if slow, _ := io.ReadAll(iotest.OneByteReader(decoded(iotest.OneByteReader(strings.NewReader(content))))); string(slow) != string(got) {
			t.Fatalf("read byte by byte: %q, else %q", slow, got)
		}
		if strings.HasPrefix(content, "\xff\xfe") && !utf8.Valid(got) {
			t.Fatalf("no UTF-8: %q", got)
		}
	})
}
