package detect

import (
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// knocksOf appends every request of a source for what only scanners ask for, and
// what is not here, in order of time. It is not here when it is seldom answered,
// or when its site answers everything. A 401 is a door that is here, and locked: a
// monitor that was given no password asks there for ever.
func knocksOf(in *analyze.Input, u *window.Unit, out []contact) []contact {
	sites := analyze.Fact(in, "answers all", answersAllOf)
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb || r.Flags&window.Authenticated != 0 || stale(r) {
			continue
		}
		touches := u.Touches(r)
		for k := range touches {
			t := &touches[k]
			if t.Name == 0 || t.Status == 401 {
				continue
			}
			path := in.Path(t.Name)
			if t.Status >= 400 && t.Status < 500 && !refusal(t.Status) || path&(ingest.PathVocabulary|ingest.PathSensitive) == 0 ||
				path&ingest.PathNeutral != 0 || in.BenignBad(t.Name) >= 3 || !mostlyDenied(in, t.Name) && !sites[siteOf(in.Set.Name(t.Name).Text)] {
				continue
			}
			out = append(out, contact{milli: t.Milli, name: t.Name, origin: t.Origin(), status: t.Status, word: true})
		}
	}
	sortContacts(out)
	return out
}

func mostlyDenied(in *analyze.Input, path uint64) bool {
	denied, of := in.Denied(path)
	return 2*denied > of
}

// siteOf returns the virtual host in the text of a path's name; empty where the
// log does not say.
func siteOf(path string) string {
	site, _, _ := strings.Cut(path, "/")
	return site
}

// fewestSecrets is how many kinds of what is never served a site has to answer
// before its answers mean nothing.
const fewestSecrets = 3

// answersAllOf finds the sites that answer everything well: the page of an
// application that finds its own way, or a redirection of all to https. Of a site
// that serves its configuration, its repository and its backups, and never says no
// to a question of that kind, it is believed that it serves none of them.
func answersAllOf(in *analyze.Input) map[string]bool {
	type kinds struct{ answered, refused map[string]bool }
	sites := map[string]*kinds{}
	for _, t := range in.Set.Things(window.PathObject) {
		if t.Name.Path&ingest.PathSensitive == 0 {
			continue
		}
		site, rest, _ := strings.Cut(t.Name.Text, "/")
		k := sites[site]
		if k == nil {
			k = &kinds{map[string]bool{}, map[string]bool{}}
			sites[site] = k
		}
		first, _, _ := strings.Cut(rest, "/")
		if mostlyDenied(in, t.ID) {
			k.refused[first] = true
		} else {
			k.answered[first] = true
		}
	}
	out := map[string]bool{}
	for site, k := range sites {
		if n := len(k.answered); n >= fewestSecrets && n >= 4*len(k.refused) {
			out[site] = true
		}
	}
	return out
}
