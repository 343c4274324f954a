package mail

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"time"
)

// historyName is the file that remembers which letters went.
const historyName = "history.json"

// remember is how long a delivery key is known: far beyond the time for which a
// letter is tried, and beyond anybody who sends a run's report again by mistake.
const remember = 60 * 24 * time.Hour

// history is what the outbox remembers after a letter has left it.
type history struct {
	Posted time.Time            // when the last letter was put in, delivered or not
	Done   map[string]time.Time // delivery keys, and when everything about them was over
}

// readHistory returns what is remembered. A file that is missing or cannot be
// read is an empty memory: better a mail twice than none.
func (o Outbox) readHistory() history {
	h := history{}
	if raw, err := os.ReadFile(filepath.Join(o.Dir, historyName)); err == nil && json.Unmarshal(raw, &h) != nil {
		h = history{}
	}
	if h.Done == nil {
		h.Done = map[string]time.Time{}
	}
	return h
}

// writeHistory forgets what is old and keeps the rest.
func (o Outbox) writeHistory(h history, now time.Time) error {
	maps.DeleteFunc(h.Done, func(_ string, at time.Time) bool { return now.Sub(at) > remember })
	raw, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return replaceFile(o.Dir, historyName, raw)
}

// Last is when the last letter went into the outbox, delivered or not; zero when
// none ever did. When.Due goes by it.
func (o Outbox) Last() time.Time { return o.readHistory().Posted }
