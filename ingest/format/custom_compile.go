package format

import (
	"fmt"
	"strings"
)

// compiler turns a server's description of its log into a pattern.
type compiler struct {
	name, spec string
	at         int
	literal    []byte
	out        pattern
}

// compile compiles a server's own description of its log, or one of ours: raw is
// said of those whose server writes what a client sent as it came, quotes and all.
func compile(name, spec string, raw bool) (*pattern, error) {
	c := &compiler{name: name, spec: spec}
	step := c.apache
	if strings.ContainsRune(spec, '$') && !strings.Contains(spec, "%h") && !strings.Contains(spec, "%a") {
		step = c.nginx
	}
	for c.at < len(spec) {
		if err := step(); err != nil {
			return nil, err
		}
	}
	c.out.literals = append(c.out.literals, c.literal)
	if len(c.out.fields) == 0 {
		return nil, c.fail(0, "no fields")
	}
	client := false
	for _, f := range c.out.fields {
		client = client || f.meaning == meansAddr
	}
	if !client && !raw {
		return nil, c.fail(0, "no field for the client's address ($remote_addr, %%h or %%a)")
	}
	c.out.seal(raw)
	return &c.out, nil
}

func (c *compiler) fail(at int, text string, args ...any) error {
	return fmt.Errorf("log format %q: column %d: "+text, append([]any{c.name, at + 1}, args...)...)
}

// add ends the literal and begins a field. A field that touches the one before
// it becomes a part of that: $uri$is_args$args is a target.
func (c *compiler) add(at int, f customField) error {
	if n := len(c.out.fields); n > 0 && len(c.literal) == 0 {
		last := &c.out.fields[n-1]
		if last.meaning == meansAddr || f.meaning == meansAddr {
			return c.fail(at, "nothing parts the client's address from its neighbour")
		}
		last.free, last.word = last.free || f.free, last.word && f.word
		return nil
	}
	c.out.literals = append(c.out.literals, c.literal)
	c.out.fields = append(c.out.fields, f)
	c.literal = nil
	return nil
}

// nginx reads one character or one variable of a log_format.
func (c *compiler) nginx() error {
	at := c.at
	if c.spec[at] != '$' {
		c.literal = append(c.literal, c.spec[at])
		c.at++
		return nil
	}
	rest := c.spec[at+1:]
	name := rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"))]
	c.at += 1 + len(name)
	if braced, ok := strings.CutPrefix(rest, "{"); ok {
		name, _, ok = strings.Cut(braced, "}")
		if !ok {
			return c.fail(at, "${ without }")
		}
		c.at += len("{}") + len(name)
	}
	if name == "" {
		return c.fail(at, "$ without the name of a variable")
	}
	return c.add(at, nginxField(name))
}

// nginxField tells what a variable of nginx holds. One that is not known may be
// made of anything, also of what a client sent.
func nginxField(name string) customField {
	if f, ok := nginxFields[name]; ok {
		return f
	}
	if strings.HasPrefix(name, "word_") {
		return customField{word: true}
	}
	for _, own := range [...]string{"upstream_", "ssl_", "geoip", "connection", "time_", "proxy_", "server_", "request_length", "request_id", "gzip_ratio", "scheme", "pid", "pipe", "msec", "status", "own_"} {
		if strings.HasPrefix(name, own) {
			return customField{meaning: meansNothing}
		}
	}
	return customField{meaning: meansNothing, free: true}
}

var nginxFields = map[string]customField{
	"remote_addr":         {meaning: meansAddr, word: true},
	"remote_port":         {meaning: meansNothing, word: true},
	"realip_remote_addr":  {meaning: meansNothing, word: true},
	"proxy_protocol_addr": {meaning: meansNothing, word: true},
	"remote_user":         {meaning: meansUser, free: true},
	"word_user":           {meaning: meansUser, word: true},
	"word_target":         {meaning: meansTarget, word: true},
	"time_local":          {meaning: meansTime},
	"time_iso8601":        {meaning: meansTime},
	"msec":                {meaning: meansTime, word: true},
	"request":             {meaning: meansRequest, free: true},
	"request_method":      {meaning: meansMethod, word: true},
	"request_uri":         {meaning: meansTarget, free: true},
	"uri":                 {meaning: meansTarget, free: true},
	"document_uri":        {meaning: meansTarget, free: true},
	"args":                {meaning: meansQuery, free: true},
	"query_string":        {meaning: meansQuery, free: true},
	"server_protocol":     {meaning: meansProto, word: true},
	"status":              {meaning: meansStatus, word: true},
	"body_bytes_sent":     {meaning: meansBytes, word: true},
	"bytes_sent":          {meaning: meansBytes, word: true},
	"http_referer":        {meaning: meansReferer, free: true},
	"http_user_agent":     {meaning: meansAgent, free: true},

	"http_x_forwarded_for":      {meaning: meansForwarded, free: true},
	"proxy_add_x_forwarded_for": {meaning: meansForwarded, free: true},
	"http_forwarded":            {meaning: meansForwarded, free: true},
	"http_x_real_ip":            {meaning: meansForwarded, free: true},
	"http_cf_connecting_ip":     {meaning: meansForwarded, free: true},
	"http_true_client_ip":       {meaning: meansForwarded, free: true},

	"host":         {meaning: meansVHost, word: true},
	"http_host":    {meaning: meansVHost, free: true},
	"server_name":  {meaning: meansVHost, word: true},
	"request_time": {meaning: meansSeconds, word: true},
}

// apache reads one character or one directive of a LogFormat.
func (c *compiler) apache() error {
	at, b := c.at, c.spec[c.at]
	switch {
	case b == '\\' && at+1 < len(c.spec):
		escaped := c.spec[at+1]
		switch escaped {
		case 't':
			escaped = '\t'
		case 'n':
			escaped = '\n'
		}
		c.literal = append(c.literal, escaped)
		c.at += 2
		return nil
	case b != '%':
		c.literal = append(c.literal, b)
		c.at++
		return nil
	}
	rest := strings.TrimLeft(c.spec[at+1:], "<>!,0123456789")
	if rest == "" {
		return c.fail(at, "%% at the end")
	}
	if rest[0] == '%' {
		c.literal = append(c.literal, '%')
		c.at = len(c.spec) - len(rest) + 1
		return nil
	}
	inner, python := strings.CutPrefix(rest, "(")
	if python { // gunicorn's %(h)s and %({Host}i)s
		var ok bool
		if inner, rest, ok = strings.Cut(inner, ")s"); !ok {
			return c.fail(at, "%%( without )s")
		}
		c.at = len(c.spec) - len(rest)
		return c.directive(at, inner, true)
	}
	n := 1
	if rest[0] == '{' {
		end := strings.IndexByte(rest, '}')
		if end < 0 || end+1 == len(rest) {
			return c.fail(at, "%%{ without } and a letter")
		}
		n = end + 2
	} else if rest[0] == '^' { // %^FI
		n = min(3, len(rest))
	}
	c.at = len(c.spec) - len(rest) + n
	return c.directive(at, rest[:n], false)
}

// directive adds the field of "h" or "{Referer}i".
func (c *compiler) directive(at int, text string, python bool) error {
	argument := ""
	if text[0] == '{' {
		argument, text, _ = strings.Cut(text[1:], "}")
	}
	if text == "" {
		return c.fail(at, "%%{%s} without a letter", argument)
	}
	f, ok := apacheFields[text]
	switch {
	case text == "a" && python:
		f = customField{meaning: meansAgent, free: true}
	case text == "f" && python:
		f = customField{meaning: meansReferer, free: true}
	case text == "i":
		f = customField{meaning: headerMeaning(argument), free: true}
	case text == "t" && argument == "":
		c.literal = append(c.literal, '[')
		if err := c.add(at, f); err != nil {
			return err
		}
		c.literal = append(c.literal, ']')
		return nil
	case text == "a" && argument == "c":
		f = customField{meaning: meansNothing, word: true} // the proxy, where %a is the client
	case text == "T" && argument != "" && argument != "s":
		f.meaning = meansNothing
	case text == "p" && argument != "":
		f.word = true
	case text[0] == '^':
		f, ok = customField{free: true}, true
	}
	if !ok && text != "i" {
		return c.fail(at, "unknown directive %%%s", text)
	}
	return c.add(at, f)
}

func headerMeaning(name string) meaning {
	switch strings.ToLower(name) {
	case "referer":
		return meansReferer
	case "user-agent":
		return meansAgent
	case "host":
		return meansVHost
	case "x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip":
		return meansForwarded
	}
	return meansNothing
}

var apacheFields = map[string]customField{
	"a": {meaning: meansAddr, word: true}, "h": {meaning: meansAddr, word: true},
	"l": {word: true}, "u": {meaning: meansUser, free: true}, "t": {meaning: meansTime},
	"r": {meaning: meansRequest, free: true}, "s": {meaning: meansStatus, word: true},
	"b": {meaning: meansBytes, word: true}, "B": {meaning: meansBytes, word: true}, "O": {word: true}, "I": {word: true}, "S": {word: true},
	"v": {meaning: meansVHost, word: true}, "V": {meaning: meansVHost, free: true}, "p": {word: true}, "A": {word: true},
	"m": {meaning: meansMethod, word: true}, "U": {meaning: meansTarget, free: true}, "q": {meaning: meansQuery, free: true}, "H": {meaning: meansProto, word: true},
	"D": {word: true}, "T": {meaning: meansSeconds, word: true}, "L": {word: true}, "P": {word: true}, "X": {word: true}, "k": {word: true}, "R": {}, "f": {free: true}, "M": {word: true},
	"e": {free: true}, "n": {free: true}, "o": {free: true}, "C": {free: true}, "x": {free: true}, "c": {free: true},
}
