package judge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"gumshoe/ingest/lazyregexp"
)

// maxExplanation is the most characters of an explanation that are shown.
const maxExplanation = 240

// answer is what a model says of one card, as far as it is well formed.
type answer struct {
	ID          string
	Verdict     string
	Category    string
	Step        int
	Guard       string // "" for none
	Explanation string
}

// parse reads the answers to a batch. It takes them whole or not at all: the
// error says what is wrong in words of ours, so that it can be told to the model.
func parse(content string, b *batch) (map[string]answer, error) {
	raw, err := members(object(content), []string{"answers"})
	if err != nil {
		return nil, err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw["answers"], &list); err != nil {
		return nil, errors.New("answers is no list")
	}
	out := make(map[string]answer, len(b.cards))
	for i, entry := range list {
		a, err := parseOne(entry)
		if err != nil {
			return nil, fmt.Errorf("answer %d: %w", i+1, err)
		}
		_, canary := b.canaries[a.ID]
		if _, twice := out[a.ID]; twice || !canary && b.byID[a.ID] == nil {
			return nil, fmt.Errorf("answer %d has the id of no card, or of one that was answered", i+1)
		}
		out[a.ID] = a
	}
	if n := len(b.cards) - len(out); n > 0 {
		return nil, fmt.Errorf("%d of %d cards have no answer", n, len(b.cards))
	}
	return out, nil
}

func parseOne(entry []byte) (a answer, err error) {
	raw, err := members(entry, fields)
	if err != nil {
		return a, err
	}
	value := map[string]string{}
	for name, r := range raw {
		var s *string
		if err := json.Unmarshal(r, &s); err != nil || s == nil {
			return a, fmt.Errorf("%s is no text", name)
		}
		value[name] = *s
	}
	a = answer{ID: value["id"], Verdict: value["verdict"], Category: value["category"], Guard: value["guard"], Explanation: plain(value["explanation"])}
	step, ok := steps[value["severity"]]
	a.Step = step
	switch {
	case !slices.Contains(verdicts, a.Verdict):
		return a, errors.New("verdict is not one of the list")
	case !slices.Contains(categories, a.Category):
		return a, errors.New("category is not one of the list")
	case !ok:
		return a, errors.New("severity is not one of the list")
	case !slices.Contains(guards, a.Guard):
		return a, errors.New("guard is not one of the list")
	case a.Explanation == "":
		return a, errors.New("explanation is empty")
	}
	if a.Guard == guards[0] {
		a.Guard = ""
	}
	return a, nil
}

// members reads an object that has exactly these keys, each once. The standard
// decoder would overlook case, repetition and absence.
func members(text []byte, want []string) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("it is no JSON object")
	}
	out := map[string]json.RawMessage{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, errors.New("it is not well-formed JSON")
		}
		if _, twice := out[name]; twice || !slices.Contains(want, name) {
			return nil, errors.New("it has a key that was not asked for")
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, errors.New("it is not well-formed JSON")
		}
		out[name] = v
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("it is not well-formed JSON")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON")
	}
	for _, name := range want {
		if out[name] == nil {
			return nil, fmt.Errorf("the key %s is missing", name)
		}
	}
	return out, nil
}

// object cuts the JSON out of what a model wraps around it where the server does
// not hold it to a form: its thoughts, a fence, a polite sentence.
func object(content string) []byte {
	if i := strings.LastIndex(content, "</think>"); i >= 0 {
		content = content[i:]
	}
	from, to := strings.IndexByte(content, '{'), strings.LastIndexByte(content, '}')
	if from < 0 || to < from {
		return nil
	}
	return []byte(content[from : to+1])
}

var (
	linkLike    = lazyregexp.New(`(?i)\b(?:[a-z][a-z0-9+.-]*://|www\.)\S*`)
	wordLetters = `.,:;'"()%/+-_!?=…–—’`
)

// plain makes a model's sentence safe to show: letters, digits and the marks of
// prose, nothing that moves a cursor, opens a link or does something when it is
// pasted, on one line, cut at a word. Addresses and hosts it has not seen, so those
// that it names are invented.
func plain(s string) string {
	s = linkLike().ReplaceAllString(s, "(link)")
	s = mailAddress().ReplaceAllString(s, "(address)")
	s = v6Like().ReplaceAllString(v4Like().ReplaceAllString(s, "(address)"), "(address)")
	s = dotted().ReplaceAllStringFunc(s, func(w string) string {
		if hostIn(w) != "" {
			return "(host)"
		}
		return w
	})
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.Mn, r), strings.ContainsRune(wordLetters, r):
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) <= maxExplanation {
		return s
	}
	s = string(runes[:maxExplanation-1])
	if i := strings.LastIndexByte(s, ' '); i > maxExplanation/2 {
		s = s[:i]
	}
	return s + "…"
}
