package detect

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// fetch finds who was given a hidden file, a configuration with its passwords or a
// repository. It takes one request, and no walk: who knows where it lies fails nowhere.
// Certificates, dumps and the like may be there for somebody to fetch; hidden files are
// for nobody.
func (d Scan) fetch(in *analyze.Input, u *window.Unit) (analyze.Finding, bool) {
	leaks := hiddenServed(in, u)
	if len(leaks) == 0 {
		return analyze.Finding{}, false
	}
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1595.003"}, Key: u.Prefix().String(), Sources: sources(u), Impact: analyze.Targeted,
		Service: ingest.ServiceWeb, First: leaks[0].at(), Last: leaks[len(leaks)-1].at(), Events: uint64(len(leaks))}
	var names []string
	for _, c := range leaks {
		names = append(names, in.Set.Name(c.name).Text)
		f.Times, f.Marks = append(f.Times, c.at()), append(f.Marks, c.mark())
	}
	names = analyze.Unique(names)
	for _, name := range names[:min(len(names), analyze.MaxTargets)] {
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.Endpoint, Value: name})
	}
	f.Marks = analyze.Spread(f.Marks, 5)
	high := analyze.High
	f.Floor = &high
	f.Evidence = []analyze.Evidence{{Family: analyze.Probing, LogOdds: 6, Trials: len(names), Fact: fmt.Sprintf("%s that should never be served, asked for and answered well", count(len(names), "path"))}}
	f.Story = analyze.Story{
		Headline: names[0] + " was served",
		Body:     []string{fmt.Sprintf("%s asked for %s and was answered %d.", bare(u.Prefix()), some(names, 4), leaks[0].status)},
		Why:      []string{"No visitor asks for such a file, and it is often full of passwords and keys. This site says no to others of the kind."},
		Not:      []string{"The log does not say what was in the answer: it may be a page that says no in words."},
		Do:       []string{fmt.Sprintf("Ask for %s yourself. If the answer is the file, take it away and change every password and key in it.", names[0])},
	}
	return f, true
}

// hiddenServed lists the requests of a source that reads no pages for hidden files, if
// they were answered well.
func hiddenServed(in *analyze.Input, u *window.Unit) []contact {
	leaks := slices.DeleteFunc(served(in, u, stale), func(c contact) bool {
		text := in.Set.Name(c.name).Text
		return !strings.Contains(text, "/.") || published(text)
	})
	if len(leaks) > 0 && readsPages(in, u) {
		return nil
	}
	return leaks
}

// secretive are the settings of programs that hold passwords.
var secretive = []string{".netrc", ".npmrc", ".pypirc", ".yarnrc", ".msmtprc", ".esmtprc"}

// published reports a hidden file that holds no secrets, and that people who write code
// show to everybody: examples, settings of editors and shells, lists of what a repository
// leaves out. Views of repositories and mirrors of packages are full of them.
func published(text string) bool {
	name := strings.ToLower(path.Base(text))
	switch {
	case strings.HasPrefix(name, ".env"):
		return strings.HasSuffix(name, ".example") || strings.HasSuffix(name, ".sample") || strings.HasSuffix(name, ".dist") || strings.HasSuffix(name, ".template")
	case strings.HasPrefix(name, ".git"):
		return name != ".git" && name != ".git-credentials" && name != ".gitconfig"
	}
	return strings.HasSuffix(name, "ignore") || strings.HasPrefix(name, ".") && strings.HasSuffix(name, "rc") && !slices.Contains(secretive, name)
}

// sameSize is by how much the same page differs from answer to answer, one part in.
const sameSize = 50

// served lists the requests of a source that were answered well for what should never be
// served. Of a site that says no to nothing of the kind, or answers two such questions
// with a page of one size, it is believed that it serves none of them. Who asks for a part
// chooses its size, and one secret by two names or two files of a repository may well be
// alike: those say nothing. Clients that are spared are left out.
func served(in *analyze.Input, u *window.Unit, spared func(*window.Row) bool) (out []contact) {
	sites := analyze.Fact(in, "refuses secrets", refusesOf)
	var got []*window.Touch
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb || !in.Contains(r.Hour) || r.Flags&window.Authenticated != 0 || spared(r) {
			continue
		}
		touches := u.Touches(r)
		for k := range touches {
			t := &touches[k]
			if t.Status != 200 && t.Status != 206 {
				continue
			}
			if in.Path(t.Name)&ingest.PathSensitive != 0 && sites[siteOf(in.Set.Name(t.Name).Text)] {
				got = append(got, t)
			}
		}
	}
	if len(got) == 0 {
		return nil // nearly always
	}
	type page struct {
		secret string
		bytes  uint64
	}
	secrets, pages := map[uint64]string{}, map[page]bool{}
	for _, t := range got {
		if secrets[t.Name] == "" {
			secrets[t.Name] = secretOf(in.Set.Name(t.Name).Text)
		}
		if t.Status == 200 && t.Bytes > 0 {
			pages[page{secrets[t.Name], uint64(t.Bytes)}] = true
		}
	}
	alike := map[page]bool{}
	for a := range pages {
		for b := range pages {
			if a.secret != b.secret && max(a.bytes, b.bytes)-min(a.bytes, b.bytes) <= a.bytes/sameSize {
				alike[a] = true
				break
			}
		}
	}
	for _, t := range got {
		if t.Status != 200 || !alike[page{secrets[t.Name], uint64(t.Bytes)}] {
			out = append(out, contact{milli: t.Milli, name: t.Name, origin: t.Origin(), status: t.Status})
		}
	}
	sortContacts(out)
	return out
}

// secretOf is what a path asks for, however it is written: a hidden directory is one
// secret, with all that is in it.
func secretOf(text string) string {
	text, _, _ = strings.Cut(text, ";")
	text = path.Clean(text)
	if i := strings.Index(text, "/."); i >= 0 {
		if end := strings.IndexByte(text[i+1:], '/'); end >= 0 {
			text = text[:i+1+end]
		}
	}
	return text
}

// fewestRefused is how many doors that only scanners know a site has to keep shut for
// its answers to mean something.
const fewestRefused = 2

// refusesOf finds the sites that say no to scanners.
func refusesOf(in *analyze.Input) map[string]bool {
	refused := map[string]int{}
	all := analyze.Fact(in, "answers all", answersAllOf)
	for _, t := range in.Set.Things(window.PathObject) {
		if t.Name.Path&(ingest.PathSensitive|ingest.PathVocabulary) != 0 && mostlyDenied(in, t.ID) {
			refused[siteOf(t.Name.Text)]++
		}
	}
	out := map[string]bool{}
	for site, n := range refused {
		if n >= fewestRefused && !all[site] {
			out[site] = true
		}
	}
	return out
}
