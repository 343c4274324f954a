package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is wrong with a ledger is told by a name, and nothing is changed.
func TestOpenRefuses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		prepare func(t *testing.T, path string)
		mode    string
		want    error
	}{
		{"a newer version", func(t *testing.T, path string) {
			opened(t, path)
			change(t, path, "PRAGMA user_version = 99")
		}, "rw", ErrNewer},
		{"another program's database", func(t *testing.T, path string) { change(t, path, "CREATE TABLE bans (jail TEXT)") }, "rw", ErrForeign},
		{"no database at all", func(t *testing.T, path string) { put(t, path, strings.Repeat("this is no database\n", 100)) }, "rw", ErrDamaged},
		{"a torn page", func(t *testing.T, path string) {
			add(t, opened(t, path), banned("203.0.113.7/32", nil))
			change(t, path, "PRAGMA wal_checkpoint(TRUNCATE)")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			put(t, path, string(text[:4096])+strings.Repeat("\xff", len(text)-4096))
		}, "rw", ErrDamaged},
		{"read-only", func(t *testing.T, path string) { opened(t, path) }, "ro", ErrReadOnly},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.db")
			tt.prepare(t, path)
			before, _ := os.ReadFile(path)
			if _, err := Open(ctx, database(t, path, tt.mode)); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
}

// An opener that forgets the pragmas would lose bans in a power cut.
func TestOpenWantsDurability(t *testing.T) {
	old := Pragmas
	t.Cleanup(func() { Pragmas = old })
	Pragmas = []string{"synchronous(normal)", "foreign_keys(1)"}
	if _, err := Open(ctx, database(t, filepath.Join(t.TempDir(), "ledger.db"), "rwc")); err == nil || !strings.Contains(err.Error(), "pragmas") {
		t.Errorf("got %v", err)
	}
}

// A dry run reads what there is, also nothing, and writes nothing.
func TestOpenToRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	empty, err := OpenToRead(ctx, database(t, ":memory:", "memory"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "of nothing", list(t, empty, Filter{}), "")
	if _, _, ok, err := empty.Confirmed(ctx); ok || err != nil {
		t.Errorf("nothing is confirmed: %v, %v", ok, err)
	}

	add(t, opened(t, path), banned("203.0.113.7/32", nil))
	l, err := OpenToRead(ctx, database(t, path, "ro"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "read", list(t, l, Filter{ActiveAt: now}), "1 203.0.113.7/32")
	if _, err := l.Lift(ctx, Which{All: true}, "anna", "", now); !errors.Is(err, ErrReadOnly) {
		t.Errorf("writing: %v", err)
	}
}

func change(t *testing.T, path, sql string) {
	t.Helper()
	if _, err := database(t, path, "rwc").Exec(sql); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	for _, side := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + side); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
