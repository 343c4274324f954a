package archive

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"gumshoe/ingest/lazyregexp"
)

// Forgotten is what Forget removes.
type Forgotten struct {
	Sources  []netip.Prefix // addresses and networks; of v6 whole /64s
	Accounts []string       // names of accounts, in any letter case, of every service
}

// Forget rewrites every file that knows the given sources and accounts: their rows
// and touches are dropped, their identifiers leave the sets of others, and evidence
// lines and names that spell them are emptied. Sketches hold no identifiers. What
// was set aside is removed unread. It returns how many rows were dropped or changed.
//
// A log that still spells them brings them back when its hours are put again.
func (a *Archive) Forget(ctx context.Context, what Forgotten) (rows int64, damage []Damage, err error) {
	if a.opt.ReadOnly {
		return 0, nil, errReadOnly
	}
	if err := a.sweepOnce(); err != nil {
		return 0, nil, fmt.Errorf("forgetting: %w", err)
	}
	o, damage, err := a.oblivion(ctx, what)
	if err != nil {
		return 0, damage, fmt.Errorf("forgetting: %w", err)
	}
	units, _, err := a.unitsOrAside(allTime)
	if err != nil {
		return 0, damage, fmt.Errorf("forgetting: %w", err)
	}
	for _, d := range byDay(units) {
		if err := ctx.Err(); err != nil {
			return rows, damage, err
		}
		err := a.mending(d, &damage, func(units []unit) (*piece, error) {
			n, broken, err := a.forgetIn(units, o)
			rows += n
			return broken, err
		})
		if err != nil {
			return rows, damage, fmt.Errorf("forgetting in the day %s: %w", dayOf(d[0].start).Format(dayLayout), err)
		}
	}
	return rows, damage, a.removeAside()
}

// forgetIn rewrites the files of some units. One that cannot be read is returned,
// and its unit is as it was.
func (a *Archive) forgetIn(units []unit, o *oblivion) (rows int64, broken *piece, err error) {
	for i := range units {
		u := &units[i]
		m := *u.manifest
		m.Files = nil
		data := map[string][]byte{}
		changes := int64(0)
		for _, f := range u.manifest.Files {
			e := encoder{owner: dayOwner, start: u.start, span: u.span, log: f.Log, data: data}
			if u.span == hour {
				e.owner = spell(f.Log)
			}
			content, err := a.content(f)
			if err != nil {
				return rows, &piece{u, f}, err
			}
			n, err := o.rewrite(&e, f.Kind, content)
			if err != nil {
				return rows, &piece{u, f}, err
			}
			if changes += n; n == 0 {
				e.files = []file{f}
			}
			m.Files = append(m.Files, e.files...)
		}
		if changes == 0 {
			continue
		}
		if err := a.commit(&m, u.manifest, data); err != nil {
			return rows, nil, err
		}
		rows += changes
	}
	return rows, nil, nil
}

// removeAside removes what was set aside: it cannot be searched.
func (a *Archive) removeAside() error {
	list, _ := os.ReadDir(a.path(asideDir)) // not there: nothing was set aside
	var errs []error
	for _, e := range list {
		errs = append(errs, a.remove(path.Join(asideDir, e.Name())))
	}
	return errors.Join(errs...)
}

// oblivion knows what is to be forgotten by every name that it has in the files.
type oblivion struct {
	sources  keyRanges
	networks []netip.Prefix
	accounts map[string]bool // in lower case
	stored   map[string]bool // as names of rows
	ids      map[uint64]bool // of sources and accounts
}

// oblivion finds the identifiers of what is to be forgotten.
func (a *Archive) oblivion(ctx context.Context, what Forgotten) (*oblivion, []Damage, error) {
	o := &oblivion{sources: sourceRanges(what.Sources), accounts: map[string]bool{}, stored: map[string]bool{}, ids: map[uint64]bool{}}
	for _, p := range what.Sources {
		p = networkOf(p)
		o.networks = append(o.networks, p)
		source := AddrOf(p.Addr()) // of a single source, which may have no row of its own any more
		o.ids[a.opt.Hash.Bytes(source[:])] = true
	}
	for _, name := range what.Accounts {
		o.accounts[strings.ToLower(name)] = true
		o.stored[strings.ToLower(a.hashAccount(name))] = true
	}
	damage, err := Read(ctx, a, Query{Sources: append([]netip.Prefix{}, what.Sources...), Columns: []string{"address"}}, func(rows []Address) error {
		for i := range rows {
			o.ids[a.opt.Hash.Bytes(rows[i].Address[:])] = true
		}
		return nil
	})
	if err != nil {
		return nil, damage, err
	}
	more, err := Read(ctx, a, Query{Columns: []string{"id", "name"}}, func(rows []Account) error {
		for i := range rows {
			if name := strings.ToLower(rows[i].Name); o.accounts[name] || o.stored[name] {
				o.ids[rows[i].ID] = true
			}
		}
		return nil
	})
	return o, append(damage, more...), err
}

// rewrite makes a file of what may stay of another, and returns how many rows it
// dropped or changed.
func (o *oblivion) rewrite(e *encoder, k Kind, content []byte) (int64, error) {
	switch k {
	case KindAddress:
		return rewrite(e, content, o.address)
	case KindAccount:
		return rewrite(e, content, func(r *Account) verdict {
			if o.ids[r.ID] {
				return forgotten
			}
			return o.tally(&r.Tally)
		})
	case KindPath:
		return rewrite(e, content, func(r *Path) verdict { return o.named(&r.Tally) })
	case KindAgent:
		return rewrite(e, content, func(r *Agent) verdict { return o.named(&r.Tally) })
	case KindService:
		return rewrite(e, content, func(r *Service) verdict { return o.tally(&r.Tally) })
	default:
		return rewrite(e, content, o.touch)
	}
}

// verdict is what becomes of a row.
type verdict uint8

const (
	kept verdict = iota
	changed
	forgotten
)

func rewrite[T Row](e *encoder, content []byte, judge func(*T) verdict) (n int64, err error) {
	var rows []T
	err = decode(content, selection{wholly: true}, func(batch []T) error {
		for i := range batch {
			v := judge(&batch[i])
			if v != kept {
				n++
			}
			if v != forgotten {
				rows = append(rows, batch[i])
			}
		}
		return nil
	})
	if err != nil || n == 0 {
		return 0, err
	}
	return n, add(e, sortRows(tableOf[T](), rows))
}

func (o *oblivion) address(r *Address) verdict {
	if o.sources.contains(key(r.Address)) {
		return forgotten
	}
	return o.sets(&r.GoodNames, &r.GoodNamesCount) | o.sets(&r.BadNames, &r.BadNamesCount)
}

// sets takes identifiers out of a set. The list belongs to the row.
func (o *oblivion) sets(members *[]uint64, count *uint32) verdict {
	n := len(*members)
	*members = slices.DeleteFunc(*members, func(id uint64) bool { return o.ids[id] })
	if len(*members) == n {
		return kept
	}
	*count -= uint32(n - len(*members))
	return changed
}

func (o *oblivion) tally(t *Tally) verdict {
	return o.sets(&t.GoodSources, &t.GoodSourcesCount) | o.sets(&t.BadSources, &t.BadSourcesCount)
}

// named is tally for rows whose name is the client's text.
func (o *oblivion) named(t *Tally) verdict {
	v := o.tally(t)
	if o.spelledIn(t.Name) {
		t.Name = ""
		v = changed
	}
	return v
}

func (o *oblivion) touch(r *Touch) verdict {
	none := Addr{}
	switch {
	case r.Address != none && o.sources.contains(key(r.Address)), r.Address == none && o.ids[r.Name]:
		return forgotten
	case o.ids[r.Name]:
		r.Name, r.Text = 0, ""
		return changed
	case o.spelledIn(r.Text):
		r.Text = ""
		return changed
	}
	return kept
}

// spelledIn reports whether a text holds one of the addresses or accounts, plainly
// or escaped as in a query.
func (o *oblivion) spelledIn(text string) bool {
	if text == "" {
		return false
	}
	return o.spells(text) || strings.Contains(text, "%") && o.spells(unescaped(text))
}

func (o *oblivion) spells(text string) bool { return o.spellsSource(text) || o.spellsAccount(text) }

var escape = lazyregexp.New(`%[0-9A-Fa-f]{2}`)

// unescaped undoes the escapes of a URL wherever they stand in a text.
func unescaped(text string) string {
	return escape().ReplaceAllStringFunc(text, func(e string) string {
		c, _ := strconv.ParseUint(e[1:], 16, 8) // two hexadecimal digits
		return string([]byte{byte(c)})
	})
}

// spellsSource reports whether a text holds one of the addresses, however it is
// written.
func (o *oblivion) spellsSource(text string) bool {
	if len(o.networks) == 0 {
		return false
	}
	words := strings.FieldsFuncSeq(text, func(c rune) bool {
		return !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' || c == ':' || c == '.')
	})
	for w := range words {
		if o.isSource(w) || o.isSource(strings.Trim(w, ".:")) {
			return true
		}
		if host, _, ok := strings.Cut(w, ":"); ok && o.isSource(host) { // with a port
			return true
		}
	}
	return false
}

func (o *oblivion) isSource(word string) bool {
	ip, err := netip.ParseAddr(word)
	return err == nil && slices.ContainsFunc(o.networks, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
}

// spellsAccount reports whether a text holds one of the accounts as a word of its
// own.
func (o *oblivion) spellsAccount(text string) bool {
	text = strings.ToLower(text)
	for name := range o.accounts {
		for rest := text; ; {
			i := strings.Index(rest, name)
			if i < 0 || name == "" {
				break
			}
			end := i + len(name)
			if (i == 0 || !wordByte(rest[i-1])) && (end == len(rest) || !wordByte(rest[end])) {
				return true
			}
			rest = rest[i+1:]
		}
	}
	return false
}

func wordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || c >= 0x80
}
