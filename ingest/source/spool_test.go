package source

import "testing"

// A journal of weeks takes its time to be spooled: how far it is, is told.
func TestSpoolingIsTold(t *testing.T) {
	journalctl(t, "cat "+write(t, t.TempDir(), "entries", sshd("one")+sshd("two")))
	opt, told := journalOptions, int64(0)
	opt.Spooling = func(n int64) {
		if n < told {
			t.Errorf("%d bytes after %d", n, told)
		}
		told = n
	}
	f, err := OpenJournal(t.Context(), Journal{}, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if told != f.Size() || told == 0 {
		t.Errorf("told of %d bytes, %d were spooled", told, f.Size())
	}
}
