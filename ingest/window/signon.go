package window

import "gumshoe/ingest"

// signOn returns the login that a web request with a name is beside the request.
// Servers write down the name that came with a password whether it was right or
// not: a 401 with a name is a wrong password, and a 401 without one is only the
// question for it, with which every dialogue begins. A 2xx let the account in.
// Other answers say nothing of the password: the server may give them before it
// looks.
func (b *Builder) signOn(ev *ingest.Event) *ingest.Event {
	if len(ev.User) == 0 || ev.Kind != ingest.KindHTTPRequest || ev.Service != ingest.ServiceWeb {
		return nil
	}
	kind := ingest.KindAuthSuccess
	switch {
	case ev.Status == 401:
		kind = ingest.KindAuthFailure
	case ev.Status < 200 || ev.Status >= 300:
		return nil
	}
	b.login = ingest.Event{Time: ev.Time, Src: ev.Src, Service: ingest.ServiceApp, Kind: kind, Count: ev.Count, User: ev.User, Status: ev.Status}
	return &b.login
}
