package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newBitbucketAudit reads Bitbucket's audit log:
//
//	ADDR[,PROXY] | AuthenticationFailureEvent | - | 1795168800123 | USER | {"authentication-method":"form",...} | @ID | -
//
// The account of a failure is what somebody typed; the fields before it are
// Bitbucket's own.
func newBitbucketAudit(setup) lineParser { return &bitbucketAudit{} }

type bitbucketAudit struct{ why string }

// Reason implements ingest.Explainer.
func (p *bitbucketAudit) Reason() string { return p.why }

var (
	bitbucketBar     = []byte(" | ")
	bitbucketDetails = []byte(" | {")
)

// Parse implements ingest.Parser.
func (p *bitbucketAudit) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no line of Bitbucket's audit log"
	var fields [4][]byte // client, event, project, milliseconds
	rest := line
	for i := range fields {
		var ok bool
		if fields[i], rest, ok = bytes.Cut(rest, bitbucketBar); !ok {
			return ingest.Unparsed
		}
	}
	client, isClient := clientAddress(fields[0])
	t, isTime := epochField(fields[3])
	if !isClient || !startsAddress(fields[0], 0) || !isTime || len(fields[3]) != 13 || !bytes.HasSuffix(fields[1], []byte("Event")) {
		return ingest.Unparsed
	}
	ev.Time, ev.Src, ev.Service = t, client, serviceApp
	switch string(fields[1]) {
	case "AuthenticationFailureEvent":
		ev.Kind = ingest.KindAuthFailure
	case "AuthenticationSuccessEvent":
		ev.Kind = ingest.KindAuthSuccess
	default:
		p.why = whyQuiet
		return ingest.Ignored
	}
	if i := bytes.LastIndex(rest, bitbucketDetails); i >= 0 {
		ev.User = rest[:i]
	} else {
		ev.User, _, _ = bytes.Cut(rest, bitbucketBar)
	}
	return ingest.Parsed
}
