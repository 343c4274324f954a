package payload

import (
	"bytes"

	"gumshoe/ingest"
)

// methods are those of HTTP, WebDAV, CalDAV, DeltaV and the caches.
var methods = map[string]bool{
	"GET": true, "HEAD": true, "POST": true, "PUT": true, "DELETE": true, "OPTIONS": true, "PATCH": true, "QUERY": true,
	"PROPFIND": true, "PROPPATCH": true, "MKCOL": true, "COPY": true, "MOVE": true, "LOCK": true, "UNLOCK": true,
	"ACL": true, "REPORT": true, "SEARCH": true, "MKCALENDAR": true, "BIND": true, "UNBIND": true, "REBIND": true,
	"CHECKOUT": true, "CHECKIN": true, "UNCHECKOUT": true, "MKACTIVITY": true, "MKWORKSPACE": true, "MERGE": true, "UPDATE": true,
	"LABEL": true, "BASELINE-CONTROL": true, "VERSION-CONTROL": true, "ORDERPATCH": true, "MKREDIRECTREF": true, "UPDATEREDIRECTREF": true,
	"LINK": true, "UNLINK": true, "PURGE": true, "BAN": true, "REFRESH": true, "-": true, "": true,
}

// served are methods of some servers alone: of Outlook before Exchange, of Windows' remote
// desktops, tunnels and transfers, and of who feeds a radio. Where they are served they
// are ordinary, and elsewhere somebody looks for such a server.
var served = map[string]bool{
	"RPC_IN_DATA": true, "RPC_OUT_DATA": true, "RDG_IN_DATA": true, "RDG_OUT_DATA": true, "SSTP_DUPLEX_POST": true, "BITS_POST": true, "CCM_POST": true, "SOURCE": true,
}

// hints are methods that ordinary clients never use and that do no harm alone.
var hints = map[string]bool{"TRACE": true, "TRACK": true, "DEBUG": true}

// protocol judges the request line itself: what no client of a web site sends.
func protocol(method, target, vhost []byte, status uint16) verdict {
	marker := verdict{class: ingest.ClassProtocol, stage: ingest.StageMarker}
	switch string(method) {
	case "GET", "POST", "HEAD":
		if len(target) == 0 || target[0] == '/' {
			return verdict{}
		}
	case "CONNECT", "PRI":
		return marker
	case "OPTIONS":
		return verdict{}
	default:
		if hints[string(method)] {
			return verdict{class: ingest.ClassProtocol}
		}
		if !methods[string(method)] && !(served[string(method)] && (status > 0 && status < 400 || status == 401)) {
			return marker
		}
	}
	return absolute(target, vhost, marker)
}

// absolute judges a target that does not begin with "/": a request to a proxy
// unless it names the site itself.
func absolute(target, vhost []byte, marker verdict) verdict {
	if len(target) == 0 || target[0] == '/' || string(target) == "-" {
		return verdict{}
	}
	_, rest, ok := bytes.Cut(target, []byte("://"))
	if !ok {
		if target[0] == '*' || target[0] == '?' {
			return verdict{class: ingest.ClassProtocol}
		}
		return marker
	}
	host, _, _ := bytes.Cut(rest, []byte{'/'})
	if len(vhost) != 0 && bytes.EqualFold(host, vhost) {
		return verdict{}
	}
	return marker
}
