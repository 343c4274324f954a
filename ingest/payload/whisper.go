package payload

import (
	"bytes"
	"slices"
	"sync"
	"unicode/utf8"

	"gumshoe/ingest"
)

// What is addressed to a language model that reads logs is told as a class of its
// own. It does nothing to a server, and does not make its request a probe: who
// writes it is treated neither worse nor better for it.

// whisperRules find such texts wherever a client may write one.
var whisperRules = sync.OnceValue(func() []rule {
	return []rule{{class: ingest.ClassLLM, stage: ingest.StageMarker, at: anywhere | inLogin, check: whisper, any: slices.Concat(whisperWords(), disguised())}}
})

// whisper judges a value that holds one of the words. Words may be parted by
// anything; only in a path or a referer a hyphen parts nothing, for so are the
// addresses of articles written, some of which are about this.
func whisper(v *value) (ingest.Class, ingest.Stage) {
	if whispers().Match(parted(bytes.ToLower(v.plain), v.at&(inPath|inReferer) == 0)) {
		return ingest.ClassLLM, ingest.StageMarker
	}
	for _, text := range undisguised(string(v.decoded), string(bytes.ToLower(v.decoded))) {
		if whispers().Match(parted([]byte(text), true)) {
			return ingest.ClassLLM, ingest.StageMarker
		}
	}
	return 0, 0
}

// worded reports whether a line, or the part of it that may be the client's, holds a word
// that no whisper can do without, and returns it as it was meant.
func (in *inspector) worded(line []byte) (text []byte, ok bool) {
	line = line[:min(len(line), maxTarget)]
	if bytes.IndexByte(line, '\\') >= 0 || bytes.IndexByte(line, '%') >= 0 || bytes.Contains(line, []byte("&#")) {
		in.other = unvis(in.other[:0], line)
		in.line = unlog(in.line[:0], in.other)
		in.decoded, _ = decode(in.decoded[:0], in.line, false)
		line = in.decoded
	}
	word, _ := literals().seek(line, 0, ofWhisper)
	return line, word != 0
}

// whispered looks at a text that is worded, and reads nothing else in it.
func (in *inspector) whispered(text []byte, at place) verdict {
	in.plain = fold(in.plain[:0], text)
	class, stage := whisper(&value{plain: in.plain, decoded: text, at: at})
	return verdict{class: class, stage: stage}
}

// parted returns a text with spaces for what else may stand between words.
func parted(text []byte, hyphens bool) []byte {
	out := bytes.Clone(text)
	for i, c := range out {
		switch {
		case c == '_', c == '+', c == '\n', c == '\r', c == '-' && hyphens:
			out[i] = ' '
		case c == '-':
			out[i] = '\n' // beyond which no expression looks
		}
	}
	return out
}

// said looks at what a client says beside its request: names, the host that it asks
// for, whom it claims to speak for, and of other services the whole line. The target,
// the agent and the referer are looked at with the request.
func (e *Enricher) said(ev *ingest.Event) {
	if sentence(ev.User) {
		e.header(ev.User, fromLogin, e.headers.key(ev.User), &ev.Request)
	}
	if sentence(ev.VHost) {
		e.header(ev.VHost, fromLogin, e.headers.key(ev.VHost), &ev.Request)
	}
	if bytes.ContainsFunc(ev.Forwarded, beyondHex) {
		e.header(ev.Forwarded, fromLogin, e.headers.key(ev.Forwarded), &ev.Request)
	}
	if len(ev.Said) == 0 {
		return
	}
	from := fromLine
	if ev.Method != nil {
		from = fromWebLine
	}
	if text, ok := e.inspect.worded(ev.Said); ok {
		e.header(text, from, e.headers.key(text), &ev.Request)
	}
}

// beyondHex reports letters that are in no address.
func beyondHex(r rune) bool { return r > 'f' || r >= 'G' && r <= 'Z' }

// shortestWhisper is the length from which a name may be a sentence.
const shortestWhisper = 12

// sentence reports whether a name may be more than one. Nearly none is: this is asked
// of every login line.
func sentence(name []byte) bool {
	if len(name) < shortestWhisper {
		return false
	}
	if len(name) >= 2*shortestWhisper && bytes.IndexByte(name, '@') < 0 {
		return true
	}
	for _, c := range name {
		if c == ' ' || c == '<' || c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}
