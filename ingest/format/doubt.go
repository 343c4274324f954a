package format

import (
	"strings"

	"gumshoe/ingest"
)

// Doubtful implements ingest.Doubter: a line of a known envelope may be of a
// program nobody reads, or be a message its reader does not know.
func (c *chain) Doubtful() bool {
	if c.blank || c.spoke == nil {
		return false
	}
	why := c.spoke.Reason()
	return why == whyProgram || strings.HasPrefix(why, whyUnknown)
}

// whyUnknown begins the reasons of the messengers that do not know a message.
const whyUnknown = "unknown message"

// Stopped implements ingest.Locator.
func (c *chain) Stopped() int {
	if l, ok := c.spoke.(ingest.Locator); ok {
		return l.Stopped()
	}
	return -1
}

// Stopped implements ingest.Locator.
func (p *access) Stopped() int { return p.column }
