package detect

import (
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Where so much is known of who logs in to a service, a name that never did is
// nobody's.
const (
	settledFor  = 7 * 24 * time.Hour
	knownOwners = 5
	keyHolders  = 3 // of what stands behind the web server: few have a password for it
)

// settled reports a service to which several people logged in for a week: an account
// that nobody ever logged in to is nobody's.
func settled(in *analyze.Input, service string) bool {
	return analyze.Fact(in, "settled services", settledOf)[accountsOf(service)]
}

// accountsOf names the service whose accounts a service has: mail has one list,
// whichever way it comes.
func accountsOf(service string) string {
	if service == ingest.ServiceSMTP {
		return ingest.ServiceIMAP
	}
	return service
}

// settledOf lists the services on which several accounts log in, and did a week
// before the window.
func settledOf(in *analyze.Input) map[string]bool {
	since := uint32(max(0, in.From.Add(-settledFor).Unix()) / 3600)
	accounts, early := map[string]int{}, map[string]bool{}
	things := in.Set.Things(window.AccountObject)
	for i := range things {
		var seen []string
		for k := range things[i].Hours {
			h := &things[i].Hours[k]
			s := accountsOf(in.Set.Service(h.Service))
			if h.Good == 0 {
				continue
			}
			early[s] = early[s] || h.Hour <= since
			if !slices.Contains(seen, s) {
				seen = append(seen, s)
				accounts[s]++
			}
		}
	}
	out := map[string]bool{}
	for s, n := range accounts {
		out[s] = (n >= knownOwners || s == ingest.ServiceApp && n >= keyHolders) && early[s]
	}
	return out
}
