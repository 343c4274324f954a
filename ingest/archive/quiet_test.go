package archive

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"
)

// A quiet hour costs its line in the manifest and no file, is known as read, is
// left alone by a second run, and gives way to lines that turn up later. It never
// replaces what was counted.
func TestQuiet(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	b := aBatch(rand.New(rand.NewPCG(1, 1)), aDay, 5)
	put(t, a, aDay, "/busy.log", b, seen("begin", 0, 100), Added)
	quiet := func(start time.Time, logs ...string) []byte {
		t.Helper()
		if err := a.Quiet([]QuietHour{{start, logs}}); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(a.path(manifestPath(start, hour)))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	once := quiet(aDay, "/busy.log", "/idle.log")
	if again := quiet(aDay, "/idle.log", "/busy.log"); !slices.Equal(once, again) {
		t.Errorf("a second run changed the manifest:\n%s\n%s", once, again)
	}
	quiet(aDay.Add(hour), "/idle.log")
	check := func(want ...Hour) {
		t.Helper()
		got, damage, err := a.Hours(aDay, aDay.Add(day))
		if err != nil || len(damage) > 0 || !slices.Equal(got, want) {
			t.Errorf("%v %v %v, want %v", got, damage, err, want)
		}
	}
	check(Hour{Start: aDay, Log: "/busy.log", Lines: 10}, Hour{Start: aDay, Log: "/idle.log"}, Hour{Start: aDay.Add(hour), Log: "/idle.log"})
	if _, err := os.Stat(a.path(dataDir(KindService, aDay.Add(hour), hour))); !os.IsNotExist(err) {
		t.Errorf("a quiet hour made a directory: %v", err)
	}
	put(t, a, aDay.Add(hour), "/idle.log", b, seen("late", 0, 50), Replaced)
	if _, err := a.Fold(aDay.Add(2 * day)); err != nil {
		t.Fatal(err)
	}
	if err := a.Quiet([]QuietHour{{aDay, []string{"/busy.log", "/idle.log"}}}); err != nil {
		t.Fatal(err)
	}
	check(Hour{Start: aDay, Log: "/busy.log", Lines: 10}, Hour{Start: aDay, Log: "/idle.log"}, Hour{Start: aDay.Add(hour), Log: "/idle.log", Lines: 5})
}
