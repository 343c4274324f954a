package archive

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/compress/lz4"
	"github.com/parquet-go/parquet-go/compress/snappy"
	"github.com/parquet-go/parquet-go/compress/uncompressed"
)

// spoil changes a file of an archive in place.
func spoil(t *testing.T, a *Archive, prefix string, change func([]byte) []byte) (name string) {
	t.Helper()
	for n, c := range content(t, a) {
		if strings.HasPrefix(n, prefix) {
			if err := os.WriteFile(a.path(n), change([]byte(c)), 0o640); err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("no file %s", prefix)
	return ""
}

var spoils = map[string]func([]byte) []byte{
	"truncated": func(b []byte) []byte { return b[:len(b)/2] },
	"empty":     func([]byte) []byte { return nil },
	"flipped":   func(b []byte) []byte { b[len(b)/2] ^= 4; return b },
	"foreign":   func([]byte) []byte { return []byte("PAR1 is not all of it PAR1") },
	"longer":    func(b []byte) []byte { return append(b, b...) },
}

// TestDamagedData sets a damaged file aside, says so once, reads the rest, and
// lets any reading replace the hour.
func TestDamagedData(t *testing.T) {
	for name, change := range spoils {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openTest(t)
			mustAll(t, a, aWeek(1, 2))
			clean := content(t, a)
			file := spoil(t, a, "kind=address/dt=2026-11-20/hour=01/var_log_auth.log", change)
			if name == "longer" {
				// What was written is still there: the rest of the file is nobody's.
				if got := len(all[Address](t, a, Query{})); got != 80 {
					t.Errorf("%d rows", got)
				}
				return
			}
			var n int
			damage, err := Read(t.Context(), a, Query{}, func(rows []Address) error { n += len(rows); return nil })
			if err != nil || n != 60 || len(damage) != 1 || damage[0].Path != file || damage[0].Aside == "" || !strings.Contains(damage[0].Reason, "damaged") {
				t.Fatalf("%d rows, %v, %v", n, damage, err)
			}
			if _, err := os.Stat(a.path(damage[0].Aside)); err != nil {
				t.Error(err)
			}
			if got := len(all[Address](t, a, Query{})); got != 60 { // told once
				t.Errorf("%d rows", got)
			}
			if s, _, _ := a.Stat(); s.Damaged != 1 || s.Aside != 1 {
				t.Errorf("%+v", s)
			}
			mustAll(t, a, aWeek(1))
			for n, c := range clean {
				if got, err := os.ReadFile(a.path(n)); err != nil || string(got) != c {
					t.Errorf("%s is not mended: %v", n, err)
				}
			}
		})
	}
}

// TestDamageIsMended by the next reading of the hour, whether or not anybody read
// the file in between, and whatever its length.
func TestDamageIsMended(t *testing.T) {
	for name, change := range spoils {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openTest(t)
			mustAll(t, a, aWeek(1, 2))
			clean := content(t, a)
			file := spoil(t, a, "kind=address/dt=2026-11-20/hour=01/var_log_auth.log", change)
			mustAll(t, a, aWeek(1, 2))
			if content(t, a)[file] != clean[file] {
				t.Errorf("%s is not mended", file)
			}
		})
	}
}

// TestDamagedManifest sets the hour aside and goes on.
func TestDamagedManifest(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"truncated": spoils["truncated"],
		"empty":     spoils["empty"],
		"of another hour": func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte("T01:"), []byte("T02:"))
		},
		"names files outside": func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte(`"kind=touch/`), []byte(`"../../kind=touch/`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openTest(t)
			mustAll(t, a, aWeek(1, 2))
			spoil(t, a, "_manifest/2026-11-20T01", change)
			a = reopen(t, a)
			mustAll(t, a, aWeek(3)) // sweeps, and leaves the files of the hour alone
			var n int
			damage, err := Read(t.Context(), a, Query{}, func(rows []Address) error { n += len(rows); return nil })
			if err != nil || n != 80 || len(damage) != 1 || damage[0].Aside == "" {
				t.Fatalf("%d rows, %v, %v", n, damage, err)
			}
			if s, _, _ := a.Stat(); s.Aside != 13 {
				t.Errorf("%d files aside, want the manifest and 12 files", s.Aside)
			}
			mustAll(t, a, aWeek(1))
			if n := len(all[Address](t, a, Query{})); n != 120 {
				t.Errorf("%d rows after the hour was put again", n)
			}
		})
	}
}

// TestNewer leaves what a newer version wrote where it is.
func TestNewer(t *testing.T) {
	a := openTest(t)
	mustAll(t, a, aWeek(1))
	spoil(t, a, "_manifest/", func(b []byte) []byte { return bytes.Replace(b, []byte(`"schema": 1`), []byte(`"schema": 2`), 1) })
	before := content(t, a)
	a = reopen(t, a)
	damage, err := Read(t.Context(), a, Query{}, func([]Address) error { return nil })
	if err != nil || len(damage) != 1 || !strings.Contains(damage[0].String(), "newer version") {
		t.Errorf("%v, %v", damage, err)
	}
	if _, err := a.Put(aDay.Add(hour), "/l", Batch{Services: []Service{{}}}, nil); err == nil {
		t.Error("an hour of a newer version was replaced")
	}
	if diff := len(content(t, a)) - len(before); diff != 0 {
		t.Errorf("%d more files", diff)
	}
}

// TestReadOnly tells of damage and changes nothing.
func TestReadOnly(t *testing.T) {
	a := openTest(t)
	mustAll(t, a, aWeek(1, 2))
	spoil(t, a, "kind=address/", spoils["flipped"])
	spoil(t, a, "_manifest/2026-11-20T02", spoils["truncated"])
	before := content(t, a)
	a.opt.ReadOnly = true
	damage, err := Read(t.Context(), a, Query{}, func([]Address) error { return nil })
	if err != nil || len(damage) == 0 || damage[0].Aside != "" {
		t.Errorf("%v, %v", damage, err)
	}
	if _, err := a.Put(aDay, "/l", Batch{}, nil); err == nil {
		t.Error("Put")
	}
	if _, err := a.Fold(aDay.Add(day)); err == nil {
		t.Error("Fold")
	}
	if _, _, err := a.Prune(aDay, DefaultPolicy); err == nil {
		t.Error("Prune")
	}
	if _, _, err := a.Forget(context.Background(), Forgotten{}); err == nil {
		t.Error("Forget")
	}
	if after := content(t, a); len(after) != len(before) {
		t.Errorf("%v", names(after))
	}
}

// TestFoldBesideDamage folds what can be read of a day.
func TestFoldBesideDamage(t *testing.T) {
	a := openTest(t)
	mustAll(t, a, aWeek(1, 2))
	spoil(t, a, "kind=address/dt=2026-11-20/hour=01/var_log_auth.log", spoils["flipped"])
	damage, err := a.Fold(aDay.Add(day))
	if err != nil || len(damage) != 1 {
		t.Fatalf("%v, %v", damage, err)
	}
	if s, _, _ := a.Stat(); s.Total().Files != 6 || s.Damaged != 1 {
		t.Errorf("%+v", s)
	}
}

// TestForeignCodec refuses a file that is not compressed as ours are: a flipped bit in a
// footer is enough to have a page read by a codec that takes whatever memory there is.
func TestForeignCodec(t *testing.T) {
	for _, codec := range []compress.Codec{&lz4.Codec{}, &snappy.Codec{}, &uncompressed.Codec{}} {
		var b bytes.Buffer
		w := newWriter[Address](&b, inOrder[Address](), parquet.Compression(codec))
		if err := errors.Join(writeRows(w, aBatch(rand.New(rand.NewPCG(1, 1)), aDay, 20).Addresses), w.Close()); err != nil {
			t.Fatal(err)
		}
		if err := decode(b.Bytes(), selection{wholly: true}, func([]Address) error { return nil }); !errors.Is(err, errDamaged) {
			t.Errorf("%s: %v", codec, err)
		}
	}
}

// FuzzDecode reads files of which some bytes were changed and perhaps the end was
// cut off: no panic. An edit is an offset of two bytes and what to change there.
func FuzzDecode(f *testing.F) {
	a := openTest(f)
	mustAll(f, a, aWeek(1))
	var addresses, touches []byte
	for n, c := range content(f, a) {
		switch {
		case strings.HasPrefix(n, "kind=address"):
			addresses = []byte(c)
		case strings.HasPrefix(n, "kind=touch"):
			touches = []byte(c)
		}
	}
	f.Add([]byte{0, 9, 1}, uint16(0))
	f.Add([]byte{1, 0, 0xff, 60, 0, 0x80}, uint16(100))
	f.Fuzz(func(t *testing.T, edits []byte, short uint16) {
		a, b := edit(addresses, edits, short), edit(touches, edits, short)
		sel := selection{keys: sourceRanges([]netip.Prefix{netip.MustParsePrefix("198.18.0.0/20")}), from: 0, to: MilliOf(aDay.Add(hour + hour/2))}
		for range 2 {
			_ = decode(a, sel, func([]Address) error { return nil })
			_ = decode(b, sel, func([]Touch) error { return nil })
			sel.keys = nil
		}
	})
}

func edit(file, edits []byte, short uint16) []byte {
	file = bytes.Clone(file[:len(file)-int(short)%len(file)])
	for ; len(edits) >= 3; edits = edits[3:] {
		// From the end: the footer is there, where there is most to break.
		file[len(file)-1-(int(edits[0])<<8|int(edits[1]))%len(file)] ^= edits[2]
	}
	return file
}

// FuzzManifest reads any manifest: what it accepts names files of its own only,
// and is written back the same.
func FuzzManifest(f *testing.F) {
	a := openTest(f)
	mustAll(f, a, aWeek(1))
	for n, c := range content(f, a) {
		if strings.HasPrefix(n, manifestDir) {
			f.Add([]byte(c))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseManifest(b, aDay.Add(hour), hour)
		if err != nil {
			return
		}
		for _, file := range m.Files {
			if !strings.HasPrefix(file.Path, "kind=") || !filepath.IsLocal(file.Path) || path.Clean(file.Path) != file.Path {
				t.Errorf("names %q", file.Path)
			}
		}
		if _, err := parseManifest(m.encode(), aDay.Add(hour), hour); err != nil {
			t.Errorf("is not read back: %v", err)
		}
	})
}
