package quality

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// shapes wants the number of shapes of lines that were told as not understood to
// lie between two bounds. Only a saved report tells them.
func shapes(least, most int) verdict {
	return func(ctx context.Context, t *trial) (string, bool, error) {
		dir := filepath.Join(t.q.Work, t.name+"-report")
		config := dir + ".yaml"
		if err := os.WriteFile(config, []byte("report:\n  dir: "+dir+"\n"), 0o600); err != nil {
			return "", false, err
		}
		if _, err := t.q.program.analyze(ctx, t.dir+".ndjson", "--quiet", "--config", config, "--save-report", "--tz", t.q.Zone.String(), t.dir); err != nil {
			return "", false, err
		}
		found, err := filepath.Glob(filepath.Join(dir, "*.*json*"))
		if err != nil || len(found) == 0 {
			return "no saved report", false, err
		}
		text, err := os.ReadFile(found[0])
		if err != nil {
			return "", false, err
		}
		type line struct {
			Run struct {
				Sources []struct{ Unknown []json.RawMessage }
			} `json:"run"`
		}
		lines, err := decode[line](text)
		if err != nil {
			return "", false, err
		}
		n := 0
		for _, s := range lines[len(lines)-1].Run.Sources {
			n += len(s.Unknown)
		}
		return fmt.Sprintf("%d shapes told", n), n >= least && n <= most, nil
	}
}
