package detect

// lately is what a source got wrong in the days before a moment. The moments are
// asked for in order, so that each try comes and goes once, however many logins
// there are.
type lately struct {
	tries  []try // all of the source, in order of time
	lo, hi int   // those of the days before

	accounts distinct
	tallies  []tally // of the accounts
	guilty   tally   // of accounts whose owners do not explain it
	names    int     // such accounts
	unknown  int     // of which nothing says that they exist
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
	t.fails += sign * (int(x.count) + int(x.unkept))
	t.count += sign * int(x.count)
}

// newLately prepares the tries of a source; about tells what is known of each
// account.
func newLately(all []try, about func(account uint64) tally) *lately {
	r := &lately{tries: all}
	for i := range all {
		if id := all[i].name; r.accounts.add(id) {
			r.tallies = append(r.tallies, about(id))
		}
	}
	return r
}

// of returns the tally of an account that was tried.
func (r *lately) of(account uint64) *tally { return &r.tallies[r.accounts.find(account)] }

// until moves to a later moment.
func (r *lately) until(milli int64) {
	for r.hi < len(r.tries) && r.tries[r.hi].milli < milli {
		r.count(&r.tries[r.hi], 1)
		r.hi++
	}
	for r.lo < r.hi && milli-r.tries[r.lo].milli > guessedWithin.Milliseconds() {
		r.count(&r.tries[r.lo], -1)
		r.lo++
	}
}

func (r *lately) count(x *try, sign int) {
	t := r.of(x.name)
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
	i := r.accounts.find(account)
	if i < 0 || r.tallies[i].tries == 0 {
		return c
	}
	t := &r.tallies[i]
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

// list returns the tries that a charge counts, in order of time; the list is used
// again by the next.
func (r *lately) list(account uint64, list *[]try) []try {
	out := (*list)[:0]
	for i := r.lo; i < r.hi; i++ {
		if x := &r.tries[i]; x.name == account || !r.of(x.name).owners {
			out = append(out, *x)
		}
	}
	*list = out
	return out
}
