package payload

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"gumshoe/ingest"
)

// What is addressed to a language model that reads logs is told as a class of its
// own. It does nothing to a server, and does not make its request a probe: who
// writes it is treated neither worse nor better for it.

// whisperRules find such texts wherever a client may write one.
var whisperRules = []rule{{class: ingest.ClassLLM, stage: ingest.StageMarker, at: anywhere | inLogin, check: whisper, any: underscored(
	"ignor", "disregard", "forget", "overrid", "system prompt", "you are", "</system", "<system", "[inst]", "[/inst]", "<|im_", "<|endoftext", "<|system", "<|assistant", "<|user",
	"assistant:", "system:", "instruction", "as an ai", "not report", "n't report", "not flag", "n't flag", "not ban", "n't ban", "not block", "n't block", "not alert", "mark this", "classify ", "treat this", "respond ", "reply ", "language model", "jailbreak", "llm", "chatgpt", "to the ai", "for the ai",
	"allowlist", "whitelist", "blocklist", "white list", "allow list", "unban", "severity", "verdict", " administrator", " operator", "empty list",
	"anweisung", "instruccion", "instru\u00e7", "istruzion", "consignes", "oubli", "olvid", "vergiss", "dimentic", "esque", "instrukcj", "instructies", "\u043d\u0441\u0442\u0440\u0443\u043a\u0446", "\u6307\u4ee4", "\u6307\u793a", "\u63d0\u793a", "\uc9c0\uc2dc", "\u062a\u0639\u0644\u064a\u0645\u0627\u062a",
	"awdub3jl", "zglzcmvnyxjk", "zm9yz2v0", "c3lzdgvt", "ew91igfyz", "swdub3jl", "rglzcmvnyxjk", "rm9yz2v0", "u3lzdgvt", "ww91igfyz", // "ignore", "disregard", "forget", "system", "you are" in base64
)}}

// underscored adds the literals with underscores for spaces.
func underscored(literals ...string) []string {
	for _, l := range literals {
		if strings.Contains(l, " ") {
			literals = append(literals, strings.ReplaceAll(l, " ", "_"))
		}
	}
	return literals
}

// whispers is tried on lower-case text whose words are parted by spaces.
var whispers = sync.OnceValue(func() *regexp.Regexp {
	const (
		drop  = `(?:ignor\w*|disregard\w*|forget|overrid\w*|bypass|oubli\w*|olvid\w*|vergiss|vergesst|missachte\w*|dimentic\w*|esque[c\x{e7}]\w*|desconsider\w*|zignoruj\w*|negeer)`
		old   = `(?:previous|prior|above|earlier|all|any|your|preceding|system|vorherig\w*|bisherig\w*|alle\w*|obig\w*|pr[e\x{e9}]c[e\x{e9}]dent\w*|toutes|anterior\w*|todas|previ\w*|precedent\w*|tutte|poprzedni\w*|wszystkie|vorige)`
		rules = `(?:instru\S+|prompts?|rules?|directions?|directives?|context|guidelines|anweisung\w*|regeln|befehle|r[e\x{e8}]gles|consignes|reglas|istruzion\w*|regras)`
		fine  = `(?:benign|safe|harmless|trusted|legitimate|verified|false positive|info)`
		where = `(?:ip|address|source|host|client|network|request|me|us)`
	)
	return regexp.MustCompile(`\b` + drop + `\b.{0,40}` + old + `\b.{0,40}\b` + rules + `|\b` + drop + `\b.{0,20}\b` + rules + `\b.{0,20}\b` + old +
		`|\bforget\b.{0,20}\byou\b.{0,20}\b(?:told|know|learned|instructed|were)\b` +
		`|\b(?:your|the|my|this|reveal|print|show|new|hidden)\s+system\s+prompt\b|\bsystem\s+prompt\s*[:=]` +
		`|\byou\s+are\s+(?:now\s+|no\s+longer\s+)?(?:in\s+)?(?:an?\s+|the\s+)?(?:ai\b|helpful|assistant|language|llm|chatgpt|gpt|claude|dan\b|developer|maintenance|debug|admin|unrestricted|no longer)` +
		`|</?system\s*>|\[/?inst\]|<\|(?:im[_ ]start|im[_ ]end|endoftext|system|user|assistant)|</\w{3,20}>\s*(?:assistant|system|user)\s*:` +
		`|\b(?:new|updated|important|additional)\s+instructions?\s*:|(?:^|[\s"'<>(;#/=])(?:system|assistant)\s*:\s*\w+(?:\s+\w+){2}` +
		`|\bas\s+an\s+ai\b|\bas\s+(?:the|your)\s+(?:administrator|admin|operator|owner|developer|analyst)\b.{0,20}\b(?:i|you|we|confirm|please|must)\b` +
		`|\b(?:note|attention|message|instructions?)\s+(?:to|for)\s+(?:the\s+)?(?:ai|llm|assistant|model|analyst|language)\b` +
		`|\b(?:do\s+not|don't|never)\s+(?:report|flag|ban|block|alert)\b.{0,40}\b` + where + `\b` +
		`|\b(?:mark|classify|label|treat|report|rate)\s+(?:this|it|me|these|the)\b.{0,40}\b(?:as\s+)?` + fine + `\b` +
		`|\b(?:set|change|lower|reduce|downgrade)\b.{0,20}\b(?:severity|priority|verdict|confidence)\b.{0,15}\b(?:to|as|info|low)\b|\bverdict\s*(?:is|:|=)?\s*` + fine + `\b` +
		`|\b(?:add|put|move|remove|delete|take)\b.{0,40}\b` + where + `\b.{0,30}\b(?:allow|white|block|deny|ban|black) ?list\b|\bunban\s+(?:all|every|me|this|us)` +
		`|\b(?:respond|reply|answer|output)\b\s+(?:only\s+|just\s+)?with\b.{0,30}\b(?:benign|safe|json|ok|yes|nothing|empty)\b` +
		`|\b(?:language\s+model|llm|chatgpt)\b.{0,60}\b(?:must|should|please|reading)\b` +
		`|\x{433}\x{43d}\x{43e}\x{440}\x{438}\x{440}.{0,60}\x{43d}\x{441}\x{442}\x{440}\x{443}\x{43a}\x{446}|\x{43f}\x{440}\x{435}\x{434}\x{44b}\x{434}\x{443}\x{449}.{0,20}\x{43d}\x{441}\x{442}\x{440}\x{443}\x{43a}\x{446}` + // Russian
		`|(?:\x{5ffd}\x{7565}|\x{65e0}\x{89c6}|\x{7121}\x{8996}).{0,40}(?:\x{6307}\x{4ee4}|\x{6307}\x{793a}|\x{63d0}\x{793a})|(?:\x{6307}\x{793a}|\x{547d}\x{4ee4}).{0,10}\x{7121}\x{8996}` + // Chinese, Japanese
		`|\x{c9c0}\x{c2dc}.{0,20}\x{bb34}\x{c2dc}|\x{62a}\x{62c}\x{627}\x{647}\x{644}.{0,60}\x{62a}\x{639}\x{644}\x{64a}\x{645}\x{627}\x{62a}`) // Korean, Arabic
})

// whisper judges a value that holds one of the words. Words may be parted by
// anything; only in a path or a referer a hyphen parts nothing, for so are the
// addresses of articles written, some of which are about this.
func whisper(v *value) (ingest.Class, ingest.Stage) {
	text := parted(v.plain, v.at&(inPath|inReferer) == 0)
	if whispers().Match(text) || whispers().Match(unwrapped(v.decoded)) {
		return ingest.ClassLLM, ingest.StageMarker
	}
	return 0, 0
}

// whisperWords finds the literals of whisperRules alone.
var whisperWords = sync.OnceValue(func() *automaton {
	var words []string
	for _, r := range whisperRules {
		words = append(words, r.any...)
	}
	return newAutomaton(words, make([]uint16, len(words)))
})

// whispered looks at the message of a daemon, of which no two are alike.
func (in *inspector) whispered(message []byte) bool {
	words, state := whisperWords(), uint16(0)
	for _, b := range message[:min(len(message), maxTarget)] {
		if state = words.step(state, b); state >= words.first {
			in.line = bytes.ToLower(unlog(in.line[:0], message[:min(len(message), maxTarget)]))
			class, _ := whisper(&value{plain: in.line, decoded: in.line, at: inLogin})
			return class != 0
		}
	}
	return false
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

// shortestWrapped is the length from which a word is tried as base64.
const shortestWrapped = 16

// unwrapped returns what the first long word of a text says in base64, if it says
// anything.
func unwrapped(text []byte) []byte {
	for word := range bytes.FieldsFuncSeq(text, func(r rune) bool { return !wrapping(r) }) {
		word = bytes.TrimRight(word, "=")
		if len(word) < shortestWrapped {
			continue
		}
		for _, code := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if plain, err := code.AppendDecode(nil, word); err == nil && utf8.Valid(plain) {
				return bytes.ToLower(plain)
			}
		}
	}
	return nil
}

func wrapping(r rune) bool {
	return r < utf8.RuneSelf && (alnum(byte(r)) || r == '+' || r == '/' || r == '-' || r == '_' || r == '=')
}

// shortestWhisper is the length from which a user name may be a sentence.
const shortestWhisper = 12

// sentence reports whether a user name may be more than a name. Nearly none is:
// this is asked of every login line.
func sentence(user []byte) bool {
	return len(user) >= shortestWhisper && (bytes.IndexByte(user, ' ') >= 0 || bytes.IndexByte(user, '<') >= 0 || len(user) >= 2*shortestWhisper && bytes.IndexByte(user, '@') < 0)
}
