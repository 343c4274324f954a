package detect

import "time"

// lately is what a source got wrong in the days before a moment. The moments are
// asked for in order, so that each try comes and goes once, however many logins
// there are.
type lately struct {
	tries  []try // all of the source, in order of time
	lo, hi int   // those of the days before

	tallies map[uint64]*tally
	guilty  tally // of accounts whose owners do not explain it
	names   int   // such accounts
	unknown int   // of which nothing says that they exist
}

// tally counts the tries on one account.
type tally struct {
	tries  int
	fails  int // with those that were not kept
	count  int // without
	owners bool
	exists bool
}

func (t *tally) add(x *try, sign int) {
	t.tries += sign
	t.fails += sign * (x.count + x.unkept)
	t.count += sign * x.count
}

// newLately prepares the tries of a source; about tells what is known of each
// account.
func newLately(all []try, about func(account uint64) tally) *lately {
	r := &lately{tries: all, tallies: map[uint64]*tally{}}
	for i := range all {
		if id := all[i].name; r.tallies[id] == nil {
			t := about(id)
			r.tallies[id] = &t
		}
	}
	return r
}

// until moves to a later moment.
func (r *lately) until(at time.Time) {
	for r.hi < len(r.tries) && r.tries[r.hi].at.Before(at) {
		r.count(&r.tries[r.hi], 1)
		r.hi++
	}
	for r.lo < r.hi && at.Sub(r.tries[r.lo].at) > guessedWithin {
		r.count(&r.tries[r.lo], -1)
		r.lo++
	}
}

func (r *lately) count(x *try, sign int) {
	t := r.tallies[x.name]
	before := t.tries
	t.add(x, sign)
	if t.owners {
		return
	}
	r.guilty.add(x, sign)
	if x.name != 0 && (before == 0 || t.tries == 0) {
		r.names += sign
		if !t.exists {
			r.unknown += sign
		}
	}
}

// charge is what stands against a login.
type charge struct {
	fails   int  // failed logins, without those of other accounts' owners
	own     int  // of which on the account itself
	names   int  // accounts tried
	unknown int  // of which nothing says that they exist
	failed  bool // the account itself was tried
}

func (r *lately) against(account uint64) charge {
	c := charge{fails: r.guilty.fails, names: r.names, unknown: r.unknown}
	t := r.tallies[account]
	if t == nil || t.tries == 0 {
		return c
	}
	c.own, c.failed = t.count, true
	if t.owners { // a person's own mistakes are not excused by the login that they precede
		c.fails += t.fails
		c.names++
		if !t.exists {
			c.unknown++
		}
	}
	return c
}

// list returns the tries that a charge counts, in order of time.
func (r *lately) list(account uint64) (out []try) {
	for _, x := range r.tries[r.lo:r.hi] {
		if x.name == account || !r.tallies[x.name].owners {
			out = append(out, x)
		}
	}
	return out
}
