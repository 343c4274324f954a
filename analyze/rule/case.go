package rule

import (
	"fmt"
	"strings"
)

// Filter writes the pattern of a case as a filter and a jail of fail2ban.
func (c *Case) Filter() (string, error) {
	if t := traitsOf(c.Lines); t.of > 0 {
		return c.webFilter(&t)
	}
	f := filter{name: "gumshoe-" + c.ID}
	of, caught := 0, 0
	for _, o := range shapesOf(c.Lines) {
		of += len(o.samples)
		if len(f.failregex) > 0 && o.program != f.daemon || len(f.failregex) == mostShapes {
			continue
		}
		p, err := Check(o.pattern(), o.samples, nil)
		if err != nil {
			continue
		}
		f.daemon = o.program
		f.failregex = append(f.failregex, f.head()+p.fail2ban()+"$")
		caught += len(o.samples)
	}
	if caught == 0 {
		return "", ErrNothing
	}
	f.about = c.about(caught, of)
	if j, ok := jails[c.Lines[0].Service]; ok {
		f.ports, f.logpath = j.ports, j.logpath
	}
	return f.String(), nil
}

// jails are the ports and logs of services, in the words of fail2ban's own paths.
var jails = map[string]struct{ ports, logpath string }{
	"sshd": {"ssh", "%(sshd_log)s"},
	"smtp": {"smtp,465,submission", "%(postfix_log)s"},
	"imap": {"pop3,pop3s,imap,imaps", "%(dovecot_log)s"},
	"ftp":  {"ftp,ftp-data,ftps,ftps-data", "%(syslog_ftp)s"},
}

// webFilter looks for a case's requests in logs in the common and the combined
// format, with or without the name of the site before the address.
func (c *Case) webFilter(t *traits) (string, error) {
	f := filter{name: "gumshoe-" + c.ID, about: c.about(t.caught, t.of), ports: "http,https", logpath: "%(nginx_access_log)s\n           %(apache_access_log)s"}
	const head = `^(?:[^ "]+ )?<HOST> [^"]*"`
	for _, one := range []struct {
		method string
		paths  []string
	}{{"[A-Z]+", t.paths}, {"POST", t.forms}} {
		if len(one.paths) > 0 {
			f.failregex = append(f.failregex, head+one.method+" (?:"+strings.Join(each(one.paths, python), "|")+`)(?:\?[^ "]*)?[ "]`)
		}
	}
	for _, p := range t.payloads {
		f.failregex = append(f.failregex, head+`[A-Z]+ [^"]*(?i:`+p.pattern+`)`)
	}
	for _, agent := range t.agents {
		f.failregex = append(f.failregex, head+`[^"]*" [0-9]+ [^"]*"[^"]*" "`+python(agent)+`"`)
	}
	if len(f.failregex) == 0 {
		return "", ErrNothing
	}
	return f.String(), nil
}

// Nginx writes the pattern of a case as a map, which goes beside the servers, and
// the line that heeds it inside of one.
func (c *Case) Nginx() (string, error) {
	t := traitsOf(c.Lines)
	if len(t.paths)+len(t.payloads)+len(t.agents) == 0 {
		return "", ErrNothing
	}
	name := "gumshoe_" + strings.ReplaceAll(c.ID, "-", "_")
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n# This goes into conf.d, beside the servers:\n", comment(c.about(t.caught, t.of)))
	refuse := []string{name}
	fmt.Fprintf(&b, "map $request_uri $%s {\n    default 0;\n", name)
	for _, p := range t.paths {
		fmt.Fprintf(&b, "    \"~^%s(?:\\?|$)\" 1;\n", pcre(p))
	}
	for _, p := range t.payloads {
		fmt.Fprintf(&b, "    \"~*%s\" 1; # %s\n", p.pattern, p.what)
	}
	b.WriteString("}\n")
	if len(t.agents) > 0 {
		refuse = append(refuse, name+"_agent")
		fmt.Fprintf(&b, "map $http_user_agent $%s_agent {\n    default 0;\n", name)
		for _, a := range t.agents {
			fmt.Fprintf(&b, "    \"~^%s$\" 1;\n", pcre(a))
		}
		b.WriteString("}\n")
	}
	b.WriteString("# And this into the server, for each that it concerns:\n")
	for _, r := range refuse {
		fmt.Fprintf(&b, "#   if ($%s) { return 403; }\n", r)
	}
	return b.String(), nil
}

// Apache writes the pattern of a case as conditions of mod_rewrite.
func (c *Case) Apache() (string, error) {
	t := traitsOf(c.Lines)
	var conditions []string
	if len(t.paths) > 0 {
		conditions = append(conditions, `%{THE_REQUEST} "^[A-Z]+ (?:`+strings.Join(each(t.paths, pcre), "|")+`)(?:\?[^ ]*)? "`)
	}
	for _, p := range t.payloads {
		conditions = append(conditions, `%{THE_REQUEST} "`+p.pattern+`" [NC]`)
	}
	for _, a := range t.agents {
		conditions = append(conditions, `%{HTTP_USER_AGENT} "^`+pcre(a)+`$"`)
	}
	if len(conditions) == 0 {
		return "", ErrNothing
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n# This goes into the VirtualHost, for each that it concerns:\nRewriteEngine On\n", comment(c.about(t.caught, t.of)))
	for i, cond := range conditions {
		if i < len(conditions)-1 { // any of them
			if flagged, ok := strings.CutSuffix(cond, " [NC]"); ok {
				cond = flagged + " [NC,OR]"
			} else {
				cond += " [OR]"
			}
		}
		b.WriteString("RewriteCond " + cond + "\n")
	}
	b.WriteString("RewriteRule ^ - [F]\n")
	return b.String(), nil
}

func each(list []string, f func(string) string) (out []string) {
	for _, s := range list {
		out = append(out, f(s))
	}
	return out
}

// pcre writes text as part of a pattern in double quotes of nginx's and Apache's
// configuration: no quote, no backslash of its own, nothing that begins a variable.
func pcre(text string) string {
	var b strings.Builder
	for i := range len(text) { // bytes: neither of them matches letters of UTF-8
		b.WriteString(quote(text[i:i+1], func(rune) string { return fmt.Sprintf(`\x%02x`, text[i]) }))
	}
	return b.String()
}
