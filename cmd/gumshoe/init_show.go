package main

import (
	"fmt"
	"slices"
	"strings"
)

// about says in a few words what a log tells of; "" if that is not known.
func (f *foundLog) about() string {
	words := f.Services
	if len(words) == 0 {
		words = f.Formats
	}
	const most = 5
	text := strings.Join(words[:min(len(words), most)], ", ")
	if len(words) > most {
		text += fmt.Sprintf(" and %d more", len(words)-most)
	}
	return legible(text)
}

func (f *foundLog) state() state {
	if f.Trouble != "" || !f.Fair() {
		return stateWarn
	}
	return stateOK
}

// understood says how much of a log was understood.
func (f *foundLog) understood() string {
	if f.Lines == 0 {
		return "no line yet"
	}
	text := fmt.Sprintf("%.4g %% of %d lines understood", 100*floor(f.Share()), f.Lines)
	switch {
	case f.Share() >= fairShare || !f.Fair():
		return text
	case f.Own == f.Lines-f.Known:
		return text + ", the others name nobody"
	default:
		return text + ", most others name nobody"
	}
}

// floor rounds a share down to a thousandth: only all is 100 %.
func floor(share float64) float64 { return float64(int(share*1000)) / 1000 }

func (a *app) showSurvey(p painter, s *surroundings) {
	row := func(st state, name, text string) {
		fmt.Fprintf(a.out, "  %s %-16s %s\n", p.mark(st), name, text)
	}
	fmt.Fprintln(a.out, p.bold("Logs"))
	for i := range s.Logs {
		a.showLog(p, &s.Logs[i])
	}
	if len(s.Logs) == 0 {
		row(stateWarn, "none", "that this user may read; name them in the file")
	}
	fmt.Fprintln(a.out, "\n"+p.bold("Around it"))
	filter := stateOK
	if !s.CanBan {
		filter = stateWarn
	}
	row(filter, "packet filter", s.Firewall)
	for _, name := range []string{"ufw", "firewalld", "Docker"} {
		if slices.Contains(s.Managers, name) {
			row(stateOK, name, "writes to it too; bans stand before its rules")
		} else {
			row(stateNone, name, "not here")
		}
	}
	presence := func(name, found, otherwise string) {
		if found != "" {
			row(stateOK, name, found)
		} else {
			row(stateNone, name, otherwise)
		}
	}
	presence("fail2ban", s.Fail2ban, "not here")
	presence("proxy or CDN", strings.Join(s.Proxies, ", "), "none in front, as far as the logs tell")
	mail := ""
	if s.Relay {
		mail = "by the mail server on this machine, to root"
	}
	presence("mail out", mail, "no mail server listens on this machine; mail.smtp.host names one")
	row(stateNone, "AI", "off. Everything works without it; see ai: in the file")

	fmt.Fprintln(a.out, "\n"+p.bold("Never banned, whatever happens"))
	fmt.Fprintf(a.out, "  %-18s %s\n", "this machine", orDash(strings.Join(s.Own, ", ")))
	fmt.Fprintf(a.out, "  %-18s %s\n", "gateway, resolvers", orDash(strings.Join(s.Near, ", ")))
	for _, v := range s.You {
		fmt.Fprintf(a.out, "  %-18s %s (%s)\n", "you, now", v.From, v.How)
	}
	fmt.Fprintln(a.out)
}

func (a *app) showLog(p painter, f *foundLog) {
	text := f.understood()
	if about := f.about(); about != "" {
		text += "; " + about
	}
	if len(f.Files) > 1 {
		text = fmt.Sprintf("%d files, %s", len(f.Files), text)
	}
	if f.Trouble != "" {
		text = legible(f.Trouble)
	}
	fmt.Fprintf(a.out, "  %s %-34s %s\n", p.mark(f.state()), legible(f.Name()), text)
	if f.state() == stateWarn && f.Setting.Journal == nil {
		fmt.Fprintf(a.out, "    %-34s %s\n", "", p.command("gumshoe parse --explain "+legible(f.first())))
	}
}

func (a *app) showWritten(p painter, files []writtenFile, allow []visitor) {
	fmt.Fprintln(a.out, p.bold("Written"))
	for _, f := range files {
		switch {
		case !f.Kept:
			fmt.Fprintf(a.out, "  %s %s\n", p.mark(stateOK), f.Path)
		case len(f.New) == 0:
			fmt.Fprintf(a.out, "  %s %s kept; it lacks nothing\n", p.mark(stateNone), f.Path)
		default:
			fmt.Fprintf(a.out, "  %s %s kept; it lacks:\n", p.mark(stateNone), f.Path)
			for _, line := range f.New {
				fmt.Fprintf(a.out, "      %s\n", legible(line))
			}
		}
	}
	if len(allow) == 0 && !files[len(files)-1].Kept {
		fmt.Fprintf(a.out, "  %s nobody is on the allowlist yet: add whence you administer this machine\n", p.mark(stateWarn))
	}
}

func (a *app) showNext(p painter, m *machine, config string, s *surroundings) {
	named := ""
	if config != defaultConfig {
		named = " --config " + config
	}
	fmt.Fprintln(a.out, "\n"+p.bold("Next"))
	steps := [][2]string{{"see it", "gumshoe" + named + " analyze"}}
	switch {
	case config != defaultConfig:
	case m.has("/run/systemd/system"):
		steps = append(steps, [2]string{"every six hours", "systemctl enable --now gumshoe.timer"})
	default:
		steps = append(steps, [2]string{"every six hours", "cp /usr/share/doc/gumshoe/examples/crontab.example /etc/cron.d/gumshoe"})
	}
	steps = append(steps, [2]string{"check it", "gumshoe" + named + " doctor"})
	if s.CanBan {
		steps = append(steps, [2]string{"after a week", "gumshoe" + named + " bans rehearse --weeks 1"})
	}
	for i, step := range steps {
		fmt.Fprintf(a.out, "  %d  %-16s %s\n", i+1, step[0], p.command(step[1]))
	}
	fmt.Fprint(a.out, `
It reports only: it bans nobody before ban.mode says so. History needs time: a week
until it knows the hours of a day, three until it knows the days of a week. What it
cannot see before then, the report says.
`)
}
