package detect

import (
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// aim is what a form is for.
type aim uint8

// The aims.
const (
	unnamed aim = iota + 1 // it leads people on, and its name says nothing
	mails                  // a newsletter
	letters                // to the owner
	writes                 // for readers, under a page
	joins                  // an account
)

// aims are the words in a path that tell what its form is for.
var aims = map[string]aim{
	"newsletter": mails, "newsletters": mails, "subscribe": mails, "subscription": mails, "subscriptions": mails, "mailinglist": mails,

	"comment": writes, "comments": writes, "reply": writes, "replies": writes, "newreply": writes, "newthread": writes, "newtopic": writes, "posting": writes,
	"trackback": writes, "guestbook": writes, "review": writes, "reviews": writes, "testimonial": writes,
	"kommentar": writes, "kommentare": writes, "gaestebuch": writes, "commentaire": writes, "commentaires": writes, "comentario": writes, "comentarios": writes,

	"contact": letters, "contactus": letters, "feedback": letters, "kontakt": letters,

	"register": joins, "registration": joins, "signup": joins, "createaccount": joins, "newaccount": joins, "ucp": joins,
	"registrierung": joins, "inscription": joins, "registro": joins,
}

// forPrograms are words in the paths that programs call: mail programs unsubscribe people
// with one POST (RFC 8058).
var forPrograms = []string{"api", "rest", "graphql", "rpc", "hook", "hooks", "webhook", "webhooks", "callback", "unsubscribe"}

// aimOf returns what a path, after the name of its site, is for by its name, and the
// segment that says so; 0 if it does not.
func aimOf(text string) (what aim, segment string) {
	_, path, _ := strings.Cut(text, "/")
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "sign-up") || strings.HasPrefix(part, "sign_up") || strings.HasPrefix(part, "create-account") || strings.HasPrefix(part, "create_account") {
			what, segment = joins, part
		}
		for word := range strings.FieldsFuncSeq(part, func(c rune) bool { return c < 'a' || c > 'z' }) {
			if slices.Contains(forPrograms, word) {
				return 0, ""
			}
			if a := aims[word]; a != 0 {
				what, segment = a, part
			}
		}
	}
	return what, segment
}

// fillable is one form, or one of each page: comments are sent to the page that they are
// about, or to one place for all.
type fillable struct {
	aim   aim
	host  string
	name  string // as the story calls it
	paths []uint64
	sent  []sentForm
}

// sentForm is what a source sent to a form.
type sentForm struct {
	unit    uint32
	robot   bool
	blunt   bool            // a robot that asks for nothing, not even for the form
	touches []*window.Touch // of a robot: what was answered well, in order of time
}

// filledIn lists the forms that anybody sent, with what was sent in the window.
func filledIn(in *analyze.Input) []*fillable {
	at := fillables(in)
	if len(at) == 0 {
		return nil
	}
	signs := analyze.Fact(in, "signs", signsOf)
	sends := func(i int) bool { return signs[i]&sender != 0 && in.Standing(i).Is(analyze.Current) }
	type one struct {
		form         *fillable
		unit         uint32
		robot, blunt bool
		touch        *window.Touch
	}
	begins, own := knownFrom(in), map[*fillable]*fillable{}
	var out []*fillable
	for _, o := range analyze.EachEventful(in, sends, func(i int, u *window.Unit, out []one) []one {
		before := len(out)
		eachSent(in, u, func(r *window.Row, t *window.Touch) {
			if f := at[t.Name]; f != nil && t.Status >= 200 && t.Status < 400 && t.Milli >= begins && in.Contains(r.Hour) {
				out = append(out, one{form: f, unit: uint32(i), touch: t})
			}
		})
		if len(out) > before {
			robot, blunt := robotic(in, i, u, at)
			for k := range out[before:] {
				out[before+k].robot, out[before+k].blunt = robot, blunt
			}
		}
		return out
	}) {
		f := own[o.form]
		if f == nil {
			f = new(*o.form)
			own[o.form] = f
			out = append(out, f)
		}
		if n := len(f.sent); n == 0 || f.sent[n-1].unit != o.unit {
			f.sent = append(f.sent, sentForm{unit: o.unit, robot: o.robot, blunt: o.blunt})
		}
		if s := &f.sent[len(f.sent)-1]; s.robot {
			s.touches = append(s.touches, o.touch)
		}
	}
	return out
}

// knownFrom is the moment from which it is known what somebody asked for before he sent a
// form: a while after the log begins, for pages stand open.
func knownFrom(in *analyze.Input) int64 {
	for _, t := range in.Set.Things(window.ServiceObject) {
		if t.Name.Text == ingest.ServiceWeb && len(t.Hours) > 0 {
			return (int64(t.Hours[0].First()) + openPage) * 1000
		}
	}
	return 0
}

// fillables lists the forms by their paths: those with a name that says what they are for,
// and those that lead people on and are no logins.
func fillables(in *analyze.Input) map[uint64]*fillable {
	return analyze.Fact(in, "fillable", fillablesOf)
}

func fillablesOf(in *analyze.Input) map[uint64]*fillable {
	at, byName := map[uint64]*fillable{}, map[string]*fillable{}
	for id, k := range knownForms(in) {
		text := in.Set.Name(id).Text
		what, segment := aimOf(text)
		host, path, _ := strings.Cut(text, "/")
		key, name := host+"/…/"+segment, segment
		switch {
		case what != 0:
		case k.leadsOn() && in.Path(id)&ingest.PathLogin == 0:
			what, key, name = unnamed, text, "/"+path
		default:
			continue
		}
		f := byName[key]
		if f == nil {
			f = &fillable{aim: what, host: host, name: name}
			byName[key] = f
		}
		f.paths = append(f.paths, id)
		at[id] = f
	}
	for _, f := range byName {
		slices.SortFunc(f.paths, func(a, b uint64) int { return strings.Compare(in.Set.Name(a).Text, in.Set.Name(b).Text) })
		if f.aim != unnamed && len(f.paths) == 1 {
			_, path, _ := strings.Cut(in.Set.Name(f.paths[0]).Text, "/")
			f.name = "/" + path
		}
	}
	return at
}

// embedded reports a browser that an application has built in: the parts of its pages may
// come with the application.
func embedded(in *analyze.Input, u *window.Unit, r *window.Row) bool {
	agents, _ := u.Agents(r)
	return slices.ContainsFunc(agents, func(id uint64) bool { return strings.Contains(in.Set.Name(id).Text, "; wv)") })
}

// robotic reports a source that is a browser by name and has never loaded a part of a
// page, nor looked at more pages than it sent forms; and one that sent forms and
// asked for nothing.
func robotic(in *analyze.Input, i int, u *window.Unit, at map[uint64]*fillable) (robot, blunt bool) {
	st := in.Standing(i)
	if st.Is(analyze.Loads) || st.Success {
		return false, false
	}
	var pages distinct
	posts, asked := 0, 0
	for k := range u.Rows {
		r := &u.Rows[k]
		if in.Set.Service(r.Service) != ingest.ServiceWeb {
			continue
		}
		names, few := u.GoodNames(r)
		if r.Clients != 1<<ingest.ClientBrowser || r.Flags&window.Claimed != 0 || !few || embedded(in, u, r) {
			return false, false
		}
		if !in.Contains(r.Hour) {
			continue
		}
		for _, id := range names {
			if at[id] == nil && in.Path(id)&(ingest.PathLogin|ingest.PathNeutral) == 0 {
				pages.add(id)
			}
		}
		sent, kept := 0, u.Touches(r)
		for n := range kept {
			if kept[n].Post {
				sent++
			}
		}
		all := int(r.Events)
		if u.TouchesFull(r) && sent == len(kept) { // only the first are kept: the others are taken to be like those
			if len(names) <= 1 {
				sent = all
			}
			all = min(all, asksPerForm*sent)
		}
		posts, asked = posts+sent, asked+all
	}
	if _, crawler := in.Vouched(u.Prefix()); crawler || len(pages.ids) > posts || asked > asksPerForm*posts {
		return false, false
	}
	return true, posts == asked
}

// fromHere reports a form that stands on pages of its own site alone: comments, what is
// sent to the one script that makes all pages of an application, and WordPress' letters,
// which a script of its pages sends.
func (f *fillable) fromHere() bool {
	return f.aim == writes || f.aim == unnamed && strings.HasSuffix(f.name, "/index.php") || strings.HasPrefix(f.name, "/wp-json/contact-form")
}

// loadedFrom reports whether anybody in a network loads parts of pages.
func loadedFrom(in *analyze.Input, net prefix) bool {
	units, first := in.Within(net)
	for i := range units {
		if in.Standing(first + i).Is(analyze.Loads) {
			return true
		}
	}
	return false
}

// readership is how many read pages of a host by a browser's name, and how many of these
// loaded parts of pages.
type readership struct{ all, loading int }

// shows reports whether readers of the form's host load parts of pages here, most of them.
func (f *fillable) shows(in *analyze.Input) bool {
	n := f.readers(in)
	return n.loading >= fewVisitors && 2*n.loading >= n.all
}

func (f *fillable) readers(in *analyze.Input) readership {
	return analyze.Fact(in, "readers", readersOf)[f.host]
}

// readersOf counts the readers of all hosts.
func readersOf(in *analyze.Input) map[string]readership {
	type reader struct {
		host  string
		loads bool
	}
	at := fillables(in)
	hosts := map[string]readership{}
	for _, r := range analyze.EachUnit(in, analyze.Visitor, func(i int, u *window.Unit, out []reader) []reader {
		var read []string
		parts := 0
		for k := range u.Rows {
			r := &u.Rows[k]
			if in.Set.Service(r.Service) != ingest.ServiceWeb || r.Clients != 1<<ingest.ClientBrowser {
				continue
			}
			parts += int(r.Parts)
			names, _ := u.GoodNames(r)
			for _, id := range names {
				if at[id] == nil && in.Path(id)&ingest.PathLogin == 0 {
					host, _, _ := strings.Cut(in.Set.Name(id).Text, "/")
					read = append(read, host)
				}
			}
		}
		if robot, _ := robotic(in, i, u, at); robot {
			return out
		}
		slices.Sort(read)
		for _, host := range slices.Compact(read) {
			out = append(out, reader{host, parts >= fewestOfReader})
		}
		return out
	}) {
		n := hosts[r.host]
		if n.all++; r.loads {
			n.loading++
		}
		hosts[r.host] = n
	}
	return hosts
}
