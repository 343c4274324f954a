package judge

import (
	"fmt"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// otherGuard says what fail2ban did about the sources of a case, or "" when its
// log was not among those that were read: then nothing is known.
func otherGuard(c *analyze.Case, in *analyze.Input) string {
	if len(c.Sources) == 0 || !in.Saw(ingest.ServiceFail2ban) {
		return ""
	}
	banned := 0
	for _, p := range c.Sources {
		if in.Banned(p) > 0 {
			banned++
		}
	}
	switch {
	case banned == 0:
		return "fail2ban banned none of it."
	case len(c.Sources) == 1:
		if n := in.Banned(c.Sources[0]); n > 1 {
			return fmt.Sprintf("fail2ban banned it too, %d times.", n)
		}
		return "fail2ban banned it too."
	}
	return fmt.Sprintf("fail2ban banned %d of the %d too.", banned, len(c.Sources))
}
