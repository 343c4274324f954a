package payload

import (
	"bytes"

	"gumshoe/ingest"
)

// maxTarget bounds how much of a target is looked at. Servers refuse longer
// request lines, with 414.
const maxTarget = 8 << 10

// verdict is what was found in one text.
type verdict struct {
	class ingest.Class
	stage ingest.Stage
	wait  uint8
	reads bool
	shape uint64
	param string
}

// addTo joins v with what is known of the request.
func (v verdict) addTo(r *ingest.Request) {
	r.Class |= v.class
	if v.stage > r.Stage {
		r.Stage, r.Shape, r.Param = v.stage, v.shape, v.param
	}
	r.Wait, r.Reads = max(r.Wait, v.wait), r.Reads || v.reads
}

// inspector looks at texts. It owns the scratch space, so that a clean target
// needs no memory at all; the zero value is ready.
type inspector struct {
	template []byte // of the last request

	page    []byte // see wordpress
	line    []byte // target without the log's escapes
	decoded []byte
	plain   []byte
	other   []byte // the form under test
	text    []byte // whose strings are looked at one by one
	inside  bool   // of such a text

	encoded, revealed []byte // a value in base64, and its text

	operators int    // that dear rules may still look at
	literals  int    // of their own, beside those
	ends      []byte // of a text with too many

	class ingest.Class
	stage ingest.Stage
	param []byte // where the furthest stage was found; a part of the scratch space
	wait  uint8  // that is asked for, in seconds
	reads bool   // the file of accounts is asked for
	shape []byte // payload of the furthest stage, literals folded
}

// request fills everything but the template's id and text.
func (in *inspector) request(target []byte, h ingest.Hash) ingest.Request {
	target = target[:min(len(target), maxTarget)]
	path, query, hasQuery := bytes.Cut(target, []byte{'?'})
	page, listed := in.wordpress(path, query)
	in.template = appendTemplate(in.template[:0], page)

	in.begin()
	flags := pathFlags(page, &in.other) | listed
	if flags&ingest.PathSensitive != 0 && repository(in.other) {
		flags &^= ingest.PathSensitive | ingest.PathVocabulary
	}
	if hasQuery {
		flags |= ingest.PathQuery
	}
	switch {
	case flags&pathShell != 0:
		in.found(ingest.ClassWebshell, ingest.StageMarker, nil, path)
	case flags&ingest.PathSensitive != 0:
		in.found(ingest.ClassLFI|ingest.ClassScanner, ingest.StageMarker, nil, path)
	}
	if hasQuery && option(query) {
		in.found(ingest.ClassPHP, ingest.StageLogic, nil, query)
	}
	if !clean(target) {
		in.closer(path, query, target)
	}
	v := in.conclude(h)
	req := ingest.Request{Flags: flags &^ pathShell, Document: in.document(path, query, flags, h), Class: v.class, Stage: v.stage, Shape: v.shape, Param: v.param, Wait: v.wait, Reads: v.reads}
	in.hidden(query, h, &req)
	return req
}

// option reports a query that is an option of a command line, "-s", "-d+a=b" or
// "--env=b": where PHP runs as CGI, or takes arguments from the query, it heeds it. Names
// of parameters that begin with a dash, as FileMaker has them, are longer than a letter.
func option(query []byte) bool {
	if len(query) >= 3 && query[0] == '%' && query[1]|0x20 == 'a' && query[2]|0x20 == 'd' { // a soft hyphen, which Windows takes for a dash
		query = query[2:]
	} else if len(query) < 2 || query[0] != '-' {
		return false
	}
	if query[1] == '-' {
		name, _, given := bytes.Cut(query[2:], []byte{'='})
		return given && len(name) > 1 && word(name)
	}
	return 'a' <= query[1]|0x20 && query[1]|0x20 <= 'z' && (len(query) == 2 || query[2] == '+' || bytes.HasPrefix(query[2:], []byte("%20")) || query[1] == 'd' && bytes.Contains(bytes.ToLower(query), []byte("%3d")))
}

// closer looks at every part of a target.
func (in *inspector) closer(path, query, target []byte) {
	if bytes.IndexByte(target, '\\') >= 0 {
		in.line = unlog(in.line[:0], target)
		path, query, _ = bytes.Cut(in.line, []byte{'?'})
	}
	budget := maxLook
	in.value(nil, ends(path, &budget), inPath)
	for _, rest, more := bytes.Cut(path, []byte{';'}); more; {
		var param []byte
		param, rest, more = bytes.Cut(rest, []byte{';'})
		in.matrix(param, &budget)
	}
	for len(query) > 0 && budget > 0 {
		var param []byte
		param, query, _ = bytes.Cut(query, []byte{'&'})
		if cleanParam(param) {
			continue
		}
		param = ends(param, &budget)
		name, value, given := bytes.Cut(param, []byte{'='})
		if !identifier(name) || prototype(name) {
			if given && bytes.IndexByte(name, '\'') < 0 && !bytes.ContainsAny(name, "<(") {
				in.value(name, name, inName)
			} else {
				// "?x'='x" has no name: its "=" is an operator of the payload.
				name, value = nil, param
			}
		}
		in.value(name, value, inValue)
	}
}

// matrix looks at a parameter of a path, ";colour=red". A session stands there because
// the server put it there.
func (in *inspector) matrix(param []byte, budget *int) {
	param, _, _ = bytes.Cut(param, []byte{'/'})
	if name, value, given := bytes.Cut(param, []byte{'='}); given && len(name) > 0 && identifier(name) && !bytes.EqualFold(name, []byte("jsessionid")) {
		in.value(name, ends(value, budget), inValue)
	}
}

// maxLook bounds how many bytes of what is not clean in one target are looked at
// closely: text made to be slow costs some 25 ms a kilobyte.
const maxLook = 2 << 10

// ends takes a text from the budget. Of one that is too long only both ends are
// left: what is meant to work stands at either, the middle is padding.
func ends(text []byte, budget *int) []byte {
	n := min(len(text), *budget)
	*budget -= n
	if n == len(text) {
		return text
	}
	return append(text[:n/2:n/2], text[len(text)-(n-n/2):]...)
}

// identifier reports whether a parameter name needs no look of its own.
func identifier(name []byte) bool {
	for _, c := range name {
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '[' || c == ']') {
			return false
		}
	}
	return true
}

// prototype reports a name in brackets that reaches for what all objects inherit from,
// "__proto__[admin]", in whatever parses such names: there the name is the payload.
func prototype(name []byte) bool {
	return bytes.Contains(name, []byte("__proto__")) || bytes.Contains(name, []byte("[prototype]"))
}

// value tries all rules on one value.
func (in *inspector) value(name, raw []byte, at place) {
	if len(raw) == 0 {
		return
	}
	var d decoded
	in.decoded, d = decode(in.decoded[:0], raw, at&(inTarget|inReferer) != 0)
	in.plain = fold(in.plain[:0], in.decoded)
	v := value{raw: raw, decoded: in.decoded, plain: in.plain, at: at, name: name, question: at == inValue && question(in.plain) && !runs(name)}
	v.inside, v.statement = in.inside, statement(&v)

	before := in.stage
	if bytes.ContainsAny(in.plain, "'\"\\^$<`") {
		in.try(name, v, plain, in.plain)
		in.other = unquote(in.other[:0], in.plain)
		in.try(name, v, shell, in.other)
	} else {
		in.try(name, v, plain|shell, in.plain)
	}
	if at&inTarget != 0 {
		in.other = squeeze(in.other[:0], in.plain)
		in.try(name, v, tight, in.other)
	}
	if at == inValue && len(name) != 0 && len(name) <= 64 {
		in.other = append(in.other[:0], '&')
		for _, c := range name {
			in.other = append(in.other, lower(c))
		}
		in.other = append(in.other, '=')
		in.other = append(in.other, in.plain...)
		in.try(name, v, pair, in.other)
	}
	if in.stage > before && in.stage >= ingest.StageLogic && in.stage < ingest.StageExecute && d.depth >= 2 {
		in.stage++ // hidden under a second encoding: nobody does that by mistake
	}
	if in.stage >= ingest.StageLogic {
		in.wait, in.reads = max(in.wait, wait(in.plain)), in.reads || reads(in.plain)
	} else {
		switch {
		case at == inLogin: // a daemon that does not speak HTTP has a syntax of its own
		case at == inValue && commented(in.decoded):
			in.found(ingest.ClassSQLi, ingest.StageLogic, name, in.plain)
		case d.overlong || d.control || d.letters > 1 && at&inTarget != 0:
			in.found(ingest.ClassProtocol, ingest.StageMarker, name, in.plain)
		case at&inTarget != 0 && broken(in.plain, at):
			in.found(ingest.ClassSQLi, ingest.StageSyntax, name, in.plain)
		}
	}
	if at == inValue && !in.inside && isJSON(in.decoded) {
		in.jsonStrings(name)
	}
}

// broken reports whether a value holds a quote that could end a string.
func broken(plain []byte, at place) bool {
	if at == inPath {
		return bytes.HasSuffix(plain, []byte("'")) || bytes.HasSuffix(plain, []byte(`"`))
	}
	return bytes.ContainsAny(plain, `'"`+"`")
}

// try applies the rules of one form whose literals occur in text.
func (in *inspector) try(name []byte, v value, f form, text []byte) {
	var hits bitset
	literals().find(text, &hits)
	if hits == (bitset{}) {
		return
	}
	all := rules()
	var few []byte // of text, for the dear ones; nil: not asked for yet
	for i := range all {
		r := &all[i]
		if !hits.has(uint16(i)) || r.on&f == 0 || r.at&v.at == 0 {
			continue
		}
		if v.question && r.class != ingest.ClassLLM || v.statement && (r.class == ingest.ClassSQLi || r.class == ingest.ClassRCE) {
			continue
		}
		if in.class&r.class == r.class && in.stage >= max(r.stage, ingest.StageExtract) {
			continue // it would tell nothing new
		}
		tried := text
		if r.dear {
			if n := occurrences(text, r.any, in.literals); n <= min(mostOperators, in.literals) {
				in.literals -= n
			} else {
				if few == nil {
					few = in.sparing(text)
				}
				tried = few
			}
		}
		if r.re != nil && !r.re().Match(tried) {
			continue
		}
		class, stage := r.class, r.stage
		if r.check != nil {
			if class, stage = r.check(&v); class == 0 {
				continue
			}
		}
		in.found(class, stage, name, v.plain)
	}
}

// mostOperators is how many operators dear rules look at in one rendering of a value,
// and manyOperators in a text with all its values. Who means to do something needs a few.
const (
	mostOperators = 48
	manyOperators = 512
)

// occurrences counts where a rule's literals stand, until they are too many. Others'
// operators cost it nothing: a template among semicolons is looked at wherever it is.
func occurrences(text []byte, any []string, room int) (n int) {
	for _, literal := range any {
		for rest := text; n <= min(mostOperators, room); n++ {
			i := bytes.Index(rest, []byte(literal))
			if i < 0 {
				break
			}
			rest = rest[i+len(literal):]
		}
	}
	return n
}

// sparing returns what dear rules are tried on: of a text with too many operators both
// ends, for what is meant to work stands at either.
func (in *inspector) sparing(text []byte) []byte {
	n, room := operatorsIn(text), min(mostOperators, in.operators)
	in.operators -= min(n, room)
	if n <= room {
		return text
	}
	head, tail := 0, len(text)
	for k := 0; k < room/2; tail-- {
		if isOperator(text[tail-1]) {
			k++
		}
	}
	for k := 0; k < room-room/2; head++ {
		if isOperator(text[head]) {
			k++
		}
	}
	in.ends = append(append(in.ends[:0], text[:head]...), 0) // what is not there joins nothing
	in.ends = append(in.ends, text[tail:]...)
	return in.ends
}

func isOperator(c byte) bool {
	switch c {
	case ';', '|', '&', '`', '$', '{', '<', '>', '(', '#', '*', '@', '~', '%', '\n', '\r':
		return true
	}
	return false
}

func operatorsIn(text []byte) (n int) {
	for _, c := range text {
		if isOperator(c) {
			n++
		}
	}
	return n
}

// begin makes ready for another text.
func (in *inspector) begin() {
	in.reset()
	in.operators, in.literals = manyOperators, manyOperators
}

func (in *inspector) reset() {
	in.class, in.stage, in.param, in.shape, in.wait, in.reads = 0, 0, nil, in.shape[:0], 0, false
}

// found records a class; the furthest stage names the parameter and the shape.
func (in *inspector) found(class ingest.Class, stage ingest.Stage, name, payload []byte) {
	if stage > in.stage || in.class == 0 {
		in.stage = stage
		in.param = name
		if stage == ingest.StageSyntax {
			in.shape = appendQuotes(in.shape[:0], payload)
		} else {
			in.shape = appendShape(in.shape[:0], payload)
		}
	}
	in.class |= class
}

// conclude returns what was found since reset.
func (in *inspector) conclude(h ingest.Hash) verdict {
	if in.class == 0 {
		return verdict{}
	}
	v := verdict{class: in.class, stage: in.stage, shape: h.Bytes(in.shape), wait: in.wait, reads: in.reads}
	if len(in.param) != 0 {
		v.param = string(in.param[:min(len(in.param), maxParam)])
	}
	return v
}

// maxParam bounds the name of a parameter in bytes.
const maxParam = 48

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
