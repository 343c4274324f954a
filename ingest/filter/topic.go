package filter

import (
	"strings"

	"gumshoe/ingest"
)

// topic is what the matches of a filter are about. fail2ban does not say; the
// names of its filters do.
type topic struct {
	kind    ingest.Kind
	service string
}

// kinds and services are tried in order by a part of the filter's name.
var kinds = []struct {
	part string
	kind ingest.Kind
}{
	{"recidive", ingest.KindBan},
	{"limit-req", ingest.KindAbuse}, {"counter-strike", ingest.KindAbuse},
	{"auth", ingest.KindAuthFailure},
	{"botsearch", ingest.KindProbe}, {"badbots", ingest.KindProbe}, {"fakegooglebot", ingest.KindProbe},
	{"bad-request", ingest.KindProbe}, {"noscript", ingest.KindProbe}, {"nohome", ingest.KindProbe},
	{"overflows", ingest.KindProbe}, {"shellshock", ingest.KindProbe}, {"modsecurity", ingest.KindProbe},
	{"fopen", ingest.KindProbe}, {"suhosin", ingest.KindProbe}, {"portsentry", ingest.KindProbe},
	{"scanlogd", ingest.KindProbe}, {"exploit", ingest.KindProbe}, {"scan", ingest.KindProbe},
	{"reject", ingest.KindReject}, {"refused", ingest.KindReject}, {"spam", ingest.KindReject},
	{"xinetd", ingest.KindReject}, {"nsd", ingest.KindReject}, {"squid", ingest.KindReject},
	{"postfix", ingest.KindReject}, {"courier-smtp", ingest.KindReject}, {"domino-smtp", ingest.KindReject},
}

var services = []struct{ part, service string }{
	{"recidive", "fail2ban"},
	{"ssh", ingest.ServiceSSH}, {"dropbear", ingest.ServiceSSH},
	{"ftp", ingest.ServiceFTP},
	{"dovecot", ingest.ServiceIMAP}, {"imap", ingest.ServiceIMAP}, {"pop3", ingest.ServiceIMAP},
	{"courier-auth", ingest.ServiceIMAP}, {"sieve", ingest.ServiceIMAP}, {"perdition", ingest.ServiceIMAP},
	{"postfix", ingest.ServiceSMTP}, {"exim", ingest.ServiceSMTP}, {"sendmail", ingest.ServiceSMTP},
	{"smtp", ingest.ServiceSMTP}, {"qmail", ingest.ServiceSMTP}, {"assp", ingest.ServiceSMTP},
	{"apache", ingest.ServiceWeb}, {"nginx", ingest.ServiceWeb}, {"lighttpd", ingest.ServiceWeb},
	{"traefik", ingest.ServiceWeb}, {"haproxy", ingest.ServiceWeb}, {"php", ingest.ServiceWeb},
	{"pam", ingest.ServiceLogin},
}

func topicOf(name string) topic {
	t := topic{ingest.KindAuthFailure, name}
	for _, k := range kinds {
		if strings.Contains(name, k.part) {
			t.kind = k.kind
			break
		}
	}
	for _, s := range services {
		if strings.Contains(name, s.part) {
			t.service = s.service
			break
		}
	}
	return t
}
