package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// writtenFile is what became of a file that init wanted to write.
type writtenFile struct {
	Path string
	Kept bool     // it was there already, and was left as it was
	New  []string // then: the settings that it lacks and this init would write
}

// createFile writes a file unless there is one of that name.
func createFile(path, content string, mode fs.FileMode) (writtenFile, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		old, err := os.ReadFile(path)
		return writtenFile{Path: path, Kept: true, New: lacking(string(old), content)}, err
	}
	if err != nil {
		return writtenFile{}, err
	}
	_, err = f.WriteString(content)
	return writtenFile{Path: path}, errors.Join(err, f.Close())
}

// lacking lists the lines of fresh that old has not got. Comments set nothing.
func lacking(old, fresh string) (out []string) {
	have := map[string]bool{}
	for line := range strings.Lines(old) {
		have[bareLine(line)] = true
	}
	for line := range strings.Lines(fresh) {
		if text := bareLine(line); text != "" && !have[text] {
			out = append(out, text)
		}
	}
	return out
}

// bareLine is a line of a configuration without its comment.
func bareLine(line string) string {
	text, _, _ := strings.Cut(line, "#")
	return strings.TrimSpace(text)
}

// write writes the configuration and the allowlist.
func (s *surroundings) write(config, host string, allow []visitor) ([]writtenFile, error) {
	dir := filepath.Dir(config)
	lists := filepath.Join(dir, "allow.d")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(lists, 0o755); err != nil {
		return nil, err
	}
	main, err := createFile(config, s.yaml(host), 0o640)
	if err != nil {
		return nil, err
	}
	admins, err := createFile(filepath.Join(lists, "admin.list"), adminList(allow), 0o644)
	return []writtenFile{main, admins}, err
}

func adminList(allow []visitor) string {
	var b strings.Builder
	b.WriteString("# Whoever is never banned, whatever happens: one address or network a line.\n# They are still watched and reported.\n")
	for _, v := range allow {
		fmt.Fprintf(&b, "%-24s # %s\n", v.From, v.How)
	}
	return b.String()
}

// yaml is the configuration for what was found.
func (s *surroundings) yaml(host string) string {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	put(`# What gumshoe does on this machine. Written by gumshoe init, and yours to change:
# it is not overwritten. All settings: /usr/share/doc/gumshoe/CONFIGURATION.md
#
#   gumshoe config check            is it right?
#   gumshoe config show --origin    what is set, and where

schema_version: 1

host: %s`, quote(host))
	s.putSources(put)
	s.putProxies(put)
	put(`
report:
  save: true     # as HTML, text and JSON, under reports/ in state_dir`)
	s.putMail(put)
	s.putBans(put)
	put(`
# A second opinion on flagged cases from any OpenAI-compatible endpoint. It sees
# numbers and masked names, never a log line, and can ban nobody; "gumshoe ai preview"
# shows every byte. Everything works without it.
#
# ai:
#   base_url: https://api.openai.com/v1
#   model: gpt-4.1-mini
#   key_file: /etc/gumshoe/secrets/ai_key     # mode 0600`)
	return b.String()
}

func (s *surroundings) putSources(put func(string, ...any)) {
	put(`
# The logs that are read, with their rotated and compressed files. The format is
# found out; "gumshoe parse --explain FILE" tells what a log looks like.`)
	put("sources:")
	for i := range s.Logs {
		l := &s.Logs[i]
		if about := l.about(); about != "" {
			put("  # %s", about)
		}
		if l.Setting.Journal != nil {
			put("  - journal: true")
		} else {
			put("  - path: %s", quote(l.Setting.Path))
		}
		if l.Lines == 0 {
			put("    optional: true")
		}
	}
	put("  # Nothing is there yet; it is read as soon as there is.")
	for _, p := range commonLogs {
		if !slices.ContainsFunc(s.Logs, func(l foundLog) bool { return l.Setting.Path == p }) {
			put("  - {path: %s, optional: true}", quote(p))
		}
	}
}

func (s *surroundings) putProxies(put func(string, ...any)) {
	if len(s.Proxies) > 0 {
		put("\n# Most visitors come through these: what they say of their client is believed, and\n# they are never banned.\ntrusted_proxies: [%s]", strings.Join(s.Proxies, ", "))
		return
	}
	put("\n# Proxies and CDNs in front of the web server, if there are any: an address, a\n# network, or a name such as cloudflare.\n#\n# trusted_proxies: [cloudflare, 10.0.0.7]")
}

func (s *surroundings) putMail(put func(string, ...any)) {
	off := "# "
	if s.Relay {
		off = ""
		put("\n# Reports of findings go to root, by the mail server of this machine.")
	} else {
		put("\n# Reports of findings by mail. No mail server listens on this machine: name one.\n#")
	}
	for _, line := range []string{"mail:", "  to: [root@localhost]", "  smtp:", "    host: localhost", "    port: 25", "    tls: none"} {
		put("%s%s", off, line)
	}
}

func (s *surroundings) putBans(put func(string, ...any)) {
	put(`
ban:
  # off: bans are planned and told, and nobody is banned. critical: the sources of
  # critical cases are banned. First see what that would have done:
  #
  #   gumshoe bans rehearse --weeks 1
  mode: off

  # Who is never banned: allow.d/*.list beside this file, this machine, its gateways
  # and name servers, and whoever has logged in here properly for days.`)
	if !s.CanBan {
		put("\n  # %s", s.Firewall)
	}
	if s.Fail2ban != "" {
		put("\n  # fail2ban goes on banning what hurries; gumshoe reads its log, and may hand it\n  # what does not:\n  #\n  # drivers: [\"fail2ban:sshd\"]")
	}
}
