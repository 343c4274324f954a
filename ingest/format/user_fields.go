package format

import (
	"fmt"
	"net/netip"
	"strings"

	"gumshoe/ingest"
)

var noAddr netip.Addr

// setter files the text of a group and reports whether it can be that field.
type setter func(ev *ingest.Event, text []byte) bool

// ecs are the fields of the Elastic Common Schema that a pattern may fill. The
// format itself reads the stamp, and the outcome decides the kind.
var ecs = map[string]setter{
	"@timestamp":                func(*ingest.Event, []byte) bool { return true },
	"event.outcome":             func(*ingest.Event, []byte) bool { return true },
	"source.ip":                 setSource,
	"source.domain":             textField(func(ev *ingest.Event) *[]byte { return &ev.SrcHost }),
	"user.name":                 textField(func(ev *ingest.Event) *[]byte { return &ev.User }),
	"host.name":                 textField(func(ev *ingest.Event) *[]byte { return &ev.Host }),
	"process.name":              textField(func(ev *ingest.Event) *[]byte { return &ev.Program }),
	"process.pid":               textField(func(ev *ingest.Event) *[]byte { return &ev.PID }),
	"url.domain":                textField(func(ev *ingest.Event) *[]byte { return &ev.VHost }),
	"url.original":              textField(func(ev *ingest.Event) *[]byte { return &ev.Target }),
	"url.path":                  textField(func(ev *ingest.Event) *[]byte { return &ev.Target }),
	"http.version":              textField(func(ev *ingest.Event) *[]byte { return &ev.Proto }),
	"http.request.method":       textField(func(ev *ingest.Event) *[]byte { return &ev.Method }),
	"http.request.referrer":     textField(func(ev *ingest.Event) *[]byte { return &ev.Referer }),
	"user_agent.original":       textField(func(ev *ingest.Event) *[]byte { return &ev.Agent }),
	"http.response.status_code": setStatus,
	"http.response.body.bytes":  setBytes,
}

// textField files text as it stands; "-" is how logs write that there is none.
func textField(field func(*ingest.Event) *[]byte) setter {
	return func(ev *ingest.Event, text []byte) bool {
		if !absent(text) && len(text) > 0 {
			*field(ev) = text
		}
		return true
	}
}

func setStatus(ev *ingest.Event, text []byte) bool {
	n, ok := number(text)
	if !ok || n < 100 || n > 599 {
		return false
	}
	ev.Status = uint16(n)
	return true
}

func setBytes(ev *ingest.Event, text []byte) bool {
	if absent(text) {
		return true
	}
	n, ok := number(text)
	if ok {
		ev.Bytes = int64(n)
	}
	return ok
}

// groupName is a field's name as a group of a regular expression can have it.
func groupName(field string) string {
	return strings.ReplaceAll(strings.TrimPrefix(field, "@"), ".", "_")
}

// fieldOf finds the field that a group is named after.
func fieldOf(group string) (field string, ok bool) {
	for field := range ecs {
		if groupName(field) == group {
			return field, true
		}
	}
	return "", false
}

func unknownField(name string) string {
	return fmt.Sprintf("no field %q; known: %s", name, strings.Join(sortedNames(ecs), ", "))
}
