package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

const doctorHelp = `Checks everything that a run depends on, says what is wrong, and which command mends
it. Nothing is changed, and nothing of a log leaves the machine.

Each check has an id that stays the same from version to version, for monitoring:

  config   the settings are right, secrets are private
  src.*    each log is there, readable, written and understood, without holes;
           its rotated files too
  time.*   the clock is in step
  base.*   how much history the detectors have
  geo.*    countries and networks are known, and not too old
  fw.*     the packet filter: programs, rule order, ledger against kernel, room,
           packets that were stopped, boot
  net.*    proxies in front, and who is trusted to be one
  safe.*   who is never banned
  ai.*     the endpoint of the second opinion answers
  mail.*   mail can leave
  run.*    the timer or cron runs it, and the last run
  disk.*   room for what is kept

Exit code 1 if a check fails; warnings alone are 0.`

// diagnosis is what doctor found about one thing.
type diagnosis struct {
	Schema int    `json:"schema"`
	ID     string `json:"id"`    // stable, for monitoring
	State  state  `json:"state"` // ok, warn or fail
	Text   string `json:"text"`
	Try    string `json:"try,omitempty"` // the command that mends it
}

const checkSchema = 1

// doctor collects checks.
type doctor struct {
	app      *app
	machine  *machine
	settings *Settings
	checks   []diagnosis
}

func newDoctor(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check all that a run depends on, and say how to mend it",
		Long:  doctorHelp,
		Example: `  gumshoe doctor
  gumshoe doctor --json | jq -r 'select(.state != "ok") | .id'`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d := &doctor{app: a, machine: thisMachine()}
			s, err := a.settings(cmd, false)
			if err != nil {
				d.fail("config", "gumshoe config check", "%s", strings.TrimSpace(err.Error()))
				return d.show()
			}
			d.settings = s
			if err := d.examine(cmd.Context()); err != nil {
				return err
			}
			return d.show()
		},
	}
}

// examine makes all checks.
func (d *doctor) examine(ctx context.Context) error {
	d.checkConfig()
	d.checkSources(ctx)
	d.checkClock(ctx)
	d.checkMemory(ctx)
	d.checkGeo()
	d.checkFirewall(ctx)
	d.checkSafe()
	d.checkAI(ctx)
	d.checkMail(ctx)
	d.checkRuns(ctx)
	d.checkDisk()
	return ctx.Err()
}

func (d *doctor) note(s state, id, try, format string, args ...any) {
	d.checks = append(d.checks, diagnosis{checkSchema, id, s, fmt.Sprintf(format, args...), try})
}

func (d *doctor) ok(id, format string, args ...any) { d.note(stateOK, id, "", format, args...) }

func (d *doctor) warn(id, try, format string, args ...any) {
	d.note(stateWarn, id, try, format, args...)
}

func (d *doctor) fail(id, try, format string, args ...any) {
	d.note(stateFail, id, try, format, args...)
}

// errBroken ends the program after everything has been said.
var errBroken = &exitError{code: exitFailed}

// show writes the checks, the broken ones first.
func (d *doctor) show() error {
	order := []state{stateFail, stateWarn, stateOK}
	slices.SortStableFunc(d.checks, func(a, b diagnosis) int { return slices.Index(order, a.State) - slices.Index(order, b.State) })
	var err error
	if d.app.json {
		out := json.NewEncoder(d.app.out)
		for _, c := range d.checks {
			err = errors.Join(err, out.Encode(c))
		}
	} else {
		d.print()
	}
	if len(d.checks) > 0 && d.checks[0].State == stateFail {
		err = errors.Join(err, errBroken)
	}
	return err
}

// unfolded is the width of lines where there is no terminal.
const unfolded = 110

func (d *doctor) print() {
	a, p, count := d.app, d.app.painter(), map[state]int{}
	for _, c := range d.checks {
		count[c.State]++
	}
	if !a.quiet {
		host := defaults().Host
		if d.settings != nil {
			host = d.settings.Host
		}
		fmt.Fprintf(a.out, "%s, gumshoe %s, %s\n\n%s\n\n", legible(host), gumshoeVersion(), d.machine.now.Format("Mon 2 Jan 2006 15:04 MST"),
			p.bold(fmt.Sprintf("%d to mend, %d to know, %d in order.", count[stateFail], count[stateWarn], count[stateOK])))
	}
	column := 0
	for _, c := range d.checks {
		column = max(column, len(c.ID))
	}
	indent := strings.Repeat(" ", len("! warn  ")+column+1)
	width := unfolded
	if w := a.width(); w > 0 {
		width = w
	}
	for _, c := range d.checks {
		if a.quiet && c.State == stateOK {
			continue
		}
		fmt.Fprintf(a.out, "%s %-4s  %s %s\n", p.mark(c.State), c.State, p.dim(fmt.Sprintf("%-*s", column, c.ID)),
			strings.Join(wrapped(c.Text, width-len(indent)), "\n"+indent))
		if c.Try != "" {
			fmt.Fprintf(a.out, "        try: %s\n\n", p.command(c.Try))
		}
	}
}

// wrapped breaks a text into lines of at most width characters, at spaces and where
// it has lines of its own.
func wrapped(text string, width int) (out []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		for len(line) > max(width, 30) {
			cut := strings.LastIndexByte(line[:max(width, 30)], ' ')
			if cut <= 0 {
				break
			}
			out, line = append(out, line[:cut]), line[cut+1:]
		}
		out = append(out, line)
	}
	return out
}
