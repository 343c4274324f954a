package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"gumshoe/ban"
)

// ActionSetting is a program of the administrator's that carries bans out.
type ActionSetting struct {
	Name    string
	Argv    []string
	Timeout time.Duration // of one call; 0: the driver's
	Place   string        // where it is configured
}

// action reads one entry of actions.
func (r *yamlReader) action(n ast.Node) error {
	at := n.GetToken()
	a := ActionSetting{Place: r.place(at)}
	err := r.each(n, func(name string, at *token.Token, node ast.Node) (err error) {
		switch name {
		case "name":
			a.Name, err = r.scalar(node)
		case "command":
			return r.list(node, func(item ast.Node) error {
				v, err := r.scalar(item)
				a.Argv = append(a.Argv, v)
				return err
			})
		case "timeout":
			var v string
			if v, err = r.scalar(node); err == nil {
				if a.Timeout, err = parseDuration(v); err != nil {
					err = r.errorf(node.GetToken(), "%s", err)
				}
			}
		default:
			err = r.errorf(at, "unknown key %q; known here: name, command, timeout", name)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case a.Name == "" || strings.ContainsAny(a.Name, " \t\n/:"):
		return r.errorf(at, "an action needs a name, one word")
	case len(a.Argv) == 0 || !filepath.IsAbs(a.Argv[0]):
		return r.errorf(at, "an action needs a command: a list, the program first, with its whole path; no shell reads it")
	case slices.ContainsFunc(r.s.Actions, func(o ActionSetting) bool { return o.Name == a.Name }):
		return r.errorf(at, "there is an action %q already", a.Name)
	}
	r.s.Actions = append(r.s.Actions, a)
	return nil
}

// jail reads one entry of jails. Of the built-in one of its name, or of one that was read
// before, it keeps what it does not name: a jail without ports closes everything.
func (r *yamlReader) jail(n ast.Node) error {
	at := n.GetToken()
	var j ban.Jail
	named := map[string]bool{}
	err := r.each(n, func(name string, at *token.Token, node ast.Node) error {
		named[name] = true
		if name == "services" {
			return r.list(node, func(item ast.Node) error {
				v, err := r.scalar(item)
				j.Services = append(j.Services, v)
				return err
			})
		}
		v, err := r.scalar(node)
		if err != nil {
			return err
		}
		switch name {
		case "name":
			j.Name = v
		case "ports":
			j.Ports, err = ban.ParsePorts(v)
		case "action":
			j.Action = ban.Action(v)
		case "base":
			j.Base, err = parseDuration(v)
		default:
			return r.errorf(at, "unknown key %q; known here: name, services, ports, action, base", name)
		}
		if err != nil {
			return r.errorf(node.GetToken(), "%s", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if r.s.Ban.Jails == nil {
		r.s.Ban.Jails = ban.DefaultJails()
	}
	i := slices.IndexFunc(r.s.Ban.Jails, func(o ban.Jail) bool { return o.Name == j.Name })
	if i >= 0 {
		there := r.s.Ban.Jails[i]
		if !named["services"] {
			j.Services = there.Services
		}
		if !named["ports"] {
			j.Ports = there.Ports
		}
		if !named["action"] {
			j.Action = there.Action
		}
		if !named["base"] {
			j.Base = there.Base
		}
	}
	if err := j.Check(); err != nil {
		return r.errorf(at, "%s", err)
	}
	if i >= 0 {
		r.s.Ban.Jails[i] = j
	} else {
		r.s.Ban.Jails = append([]ban.Jail{j}, r.s.Ban.Jails...)
	}
	if r.s.jails == nil {
		r.s.jails = map[string]string{}
	}
	r.s.jails[j.Name] = r.place(at)
	return nil
}

// putBans shows the jails and actions that are configured. A new jail comes before those
// that there were, so the last one is shown first.
func (s *Settings) putBans(put func(line, from string)) {
	if len(s.jails) > 0 {
		put("jails:", "")
	}
	for _, j := range slices.Backward(s.Ban.Jails) {
		place, configured := s.jails[j.Name]
		if !configured {
			continue
		}
		put("  - name: "+quote(j.Name), place)
		putList(put, "services", j.Services)
		put("    ports: "+quote(j.Ports.String()), "")
		if j.Action != "" {
			put("    action: "+quote(string(j.Action)), "")
		}
		if j.Base != 0 {
			put("    base: "+showDuration(j.Base), "")
		}
	}
	if len(s.Actions) > 0 {
		put("actions:", "")
	}
	for _, a := range s.Actions {
		put("  - name: "+quote(a.Name), a.Place)
		putList(put, "command", a.Argv)
		if a.Timeout != 0 {
			put("    timeout: "+showDuration(a.Timeout), "")
		}
	}
}

// putList shows a list below an item of another one.
func putList(put func(line, from string), name string, items []string) {
	if len(items) > 0 {
		put("    "+name+":", "")
	}
	for _, item := range items {
		put("      - "+quote(item), "")
	}
}

func setBreakIn(s *Settings, v, _ string) error {
	switch v {
	case "ask", "apply":
		s.Ban.ApplyBreakIn = v == "apply"
		return nil
	}
	return fmt.Errorf("%q is neither ask nor apply", v)
}

func showBreakIn(s *Settings) []string {
	if s.Ban.ApplyBreakIn {
		return []string{"apply"}
	}
	return []string{"ask"}
}

func setBanAction(s *Settings, v, _ string) error {
	if !slices.Contains(ban.Actions, ban.Action(v)) {
		return fmt.Errorf("%q is no action; write drop, reject, rate-limit or alert", v)
	}
	s.Ban.Action = ban.Action(v)
	return nil
}
