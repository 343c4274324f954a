// Package detect holds the detectors, one file each. A detector says what it
// observed and what was expected, in units and plain words; it accuses only
// sources, never visitors; and it is quiet on quiet traffic.
package detect

import (
	"net/netip"

	"gumshoe/analyze"
)

// prefix is a source or a network.
type prefix = netip.Prefix

// All returns the detectors of a run.
func All() []analyze.Detector {
	return []analyze.Detector{Scan{}, Orphans{}, Regulars{}, Guess{}, Stale{}, Forms{}, FormCrowd{}, FormSpam{}, KeyGuess{}, Enumeration{}, Carding{}, Everywhere{}, Network{}, Account{}, Dictionary{}, Stuffing{}, Spray{}, Campaign{}, Injection{}, Injectable{}, OpenProxy{}, Whisper{}, Agents{}, Scraper{}, Novel{}, Learned{}, Impostor{}, Season{}, Silence{}, BreakIn{}, Creep{}}
}
