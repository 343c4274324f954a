package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"time"

	"gumshoe/ingest/lazyregexp"
)

// Kind is a kind of row and of file.
type Kind string

// The kinds.
const (
	KindAddress Kind = "address"
	KindAccount Kind = "account"
	KindPath    Kind = "path"
	KindAgent   Kind = "agent"
	KindService Kind = "service"
	KindTouch   Kind = "touch"
)

// Kinds lists all kinds.
var Kinds = []Kind{KindAddress, KindAccount, KindPath, KindAgent, KindService, KindTouch}

const (
	hour = time.Hour
	day  = 24 * time.Hour

	manifestDir = "_manifest"
	asideDir    = "_aside"

	hourLayout = "2006-01-02T15"
	dayLayout  = time.DateOnly
)

// dayOf returns the begin of the UTC day.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(day) }

// dataDir is where the files of a kind and an hour, or of a folded day, stand.
// The hour of a day is "all", so that tools that read the partitions from the
// path find the same ones everywhere.
func dataDir(k Kind, start time.Time, span time.Duration) string {
	h := "all"
	if span == hour {
		h = start.Format("15")
	}
	return path.Join("kind="+string(k), "dt="+start.Format(dayLayout), "hour="+h)
}

// dataName names a file after whose it is and what is in it. 96 bits of SHA-256
// are far more than chance or an attacker needs.
func dataName(owner string, content []byte) string {
	sum := sha256.Sum256(content)
	return owner + "-" + hex.EncodeToString(sum[:12]) + ".parquet"
}

// dayOwner stands in the names of folded files. No spelling of a log's name is
// "day": those of a single word without a slash are never exact.
const dayOwner = "day"

// spell writes the name of a log as part of a file name: readable, safe in any
// shell, at most 57 bytes. "/var/log/auth.log" is var_log_auth.log; a name that
// loses anything on the way ends in "~" and a piece of its hash, so that two logs
// never share a spelling.
func spell(log string) string {
	const longest = 48
	var b strings.Builder
	exact := strings.HasPrefix(log, "/") && len(log) > 1
	for i, c := range []byte(strings.TrimPrefix(log, "/")) {
		switch {
		case i == longest:
			exact = false
		case i > longest:
		case c == '/':
			b.WriteByte('_')
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.' && i > 0, c == '-' && i > 0:
			b.WriteByte(c)
		default:
			b.WriteByte('.')
			exact = false
		}
	}
	if !exact || b.String() == dayOwner {
		sum := sha256.Sum256([]byte(log))
		b.WriteString("~" + hex.EncodeToString(sum[:4]))
	}
	return strings.TrimLeft(b.String(), ".-")
}

// manifestPath is the place of the manifest of an hour or a day.
func manifestPath(start time.Time, span time.Duration) string {
	layout := dayLayout
	if span == hour {
		layout = hourLayout
	}
	return path.Join(manifestDir, start.Format(layout)+".json")
}

// parseManifestName is the inverse of manifestPath, of the name alone.
func parseManifestName(name string) (start time.Time, span time.Duration, ok bool) {
	base, ok := strings.CutSuffix(name, ".json")
	if !ok {
		return time.Time{}, 0, false
	}
	for layout, span := range map[string]time.Duration{hourLayout: hour, dayLayout: day} {
		if t, err := time.Parse(layout, base); err == nil && t.Format(layout) == base {
			return t, span, true
		}
	}
	return time.Time{}, 0, false
}

var dataPath = lazyregexp.New(`^kind=([a-z]+)/dt=(\d{4}-\d\d-\d\d)/hour=(\d\d|all)/[A-Za-z0-9_~.-]{1,96}\.parquet$`)

// checkDataPath reports whether a path that a manifest names can be one of its own.
func checkDataPath(p string, k Kind, start time.Time, span time.Duration) error {
	if !dataPath().MatchString(p) || path.Dir(p) != dataDir(k, start, span) || path.Clean(p) != p {
		return fmt.Errorf("names a file in an impossible place: %.200q", p)
	}
	return nil
}
