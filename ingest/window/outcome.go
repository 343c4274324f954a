package window

import "gumshoe/ingest"

// outcome reduces an event to what it means for its source.
type outcome uint8

const (
	neutral outcome = iota
	good
	bad
	failed // the server's own failure
)

func outcomeOf(ev *ingest.Event) outcome {
	switch ev.Kind {
	case ingest.KindAuthSuccess:
		return good
	case ingest.KindAuthFailure:
		return bad
	case ingest.KindInvalidUser: // announced, counted when it fails
		return neutral
	case ingest.KindBan: // another guard's deed, for which its own evidence stands elsewhere
		return neutral
	}
	switch {
	case !telling(ev.Kind):
		return neutral
	case ev.Method != nil:
		return answer(ev)
	case ev.Kind.Hostile():
		return bad
	}
	return neutral
}

// telling reports whether a kind says anything about its source: a bare
// connection proves nothing, for or against.
func telling(k ingest.Kind) bool {
	return k != ingest.KindConnect && k != ingest.KindDisconnect && k != ingest.KindOther && k != ingest.KindSession
}

// answer is the outcome of a web request. A probe that was answered well is
// nobody's success.
func answer(ev *ingest.Event) outcome {
	switch s := ev.Status; {
	case s >= 500 && s < 600:
		return failed
	case s >= 400 && s < 500:
		return bad
	case s >= 200 && s < 400 && ev.Kind != ingest.KindProbe:
		return good
	}
	return neutral
}

// interesting decides which web requests are remembered singly.
func interesting(ev *ingest.Event) bool {
	req := &ev.Request
	return ev.Status >= 400 || sent(ev) || req.Class&ingest.ClassLLM != 0 || ev.Kind == ingest.KindProbe || req.Stage >= ingest.StageSyntax ||
		req.Flags&(ingest.PathVocabulary|ingest.PathSensitive) != 0 ||
		req.Flags&ingest.PathLogin != 0 && string(ev.Method) == "POST"
}

// fewestOfPage is the size in bytes from which an answer may be a page: beacons,
// heartbeats and most programs get less.
const fewestOfPage = 256

// sent reports what may be a form that was sent: a POST that led elsewhere or was
// answered with a page. Which of them are logins is learned from how a path
// answers whom.
func sent(ev *ingest.Event) bool {
	if ev.Status < 200 || ev.Status >= 400 || ev.Status < 300 && ev.Bytes < fewestOfPage || string(ev.Method) != "POST" {
		return false
	}
	return ev.Request.Flags&ingest.PathStatic == 0
}
