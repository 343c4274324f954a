package firewall

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gumshoe/ban"
)

// Action runs a program of the administrator's for each ban: to block at a
// border router, in PF, in a cloud's firewall. The program is told by its
// standard input (JSON) and its environment, never by a shell:
//
//	GUMSHOE_DO        add, or remove; add again when a ban is to last longer
//	GUMSHOE_PREFIX    198.51.100.7/32
//	GUMSHOE_ADDRESS   198.51.100.7 for a single address, else the prefix
//	GUMSHOE_FAMILY    4 or 6
//	GUMSHOE_PORTS     22,80 or all
//	GUMSHOE_ACTION    drop, reject or rate-limit
//	GUMSHOE_UNTIL     2026-11-20T12:00:00Z, or empty for good
//	GUMSHOE_JAIL, GUMSHOE_CASE, GUMSHOE_REASON
//
// Exit status 0 means done. Anything else is tried again by the next Sync, and
// so is a run that died, so the program must bear to be told a thing twice.
type Action struct {
	Label string   // tells several actions apart
	Argv  []string // the program and its arguments
	Tools Tools    // its Timeout is that of one call; 0: half a minute
	State State
}

// giveUp is after how many failures in a row the rest is left for the next run:
// a router that does not answer would cost half a minute for each ban.
const giveUp = 3

// Name implements Driver.
func (a *Action) Name() string { return "action:" + a.Label }

// Expires implements Driver: the program is told when a ban is over.
func (*Action) Expires() bool { return false }

// Sync implements Driver.
func (a *Action) Sync(ctx context.Context, want Want) (Report, error) {
	var report Report
	deeds, err := a.State.Deeds(ctx, a.Name())
	if err != nil {
		return report, err
	}
	bans := want.only(a.Name()).Spared()
	done := map[string]ban.Ban{}
	for _, d := range deeds {
		if d.Done {
			done[DeedKey(d.Ban)] = d.Ban
		}
	}
	var missing []ban.Ban
	for _, b := range bans {
		if before, ok := done[DeedKey(b)]; !ok || !before.Until.Equal(b.Until) {
			missing = append(missing, b)
		}
	}
	// Those who are let in come first, and do not wait for a router that is full.
	removed, left := a.each(ctx, "remove", unwanted(deeds, bans))
	added, undone := a.each(ctx, "add", missing)
	report.Standing, report.Added, report.Removed = len(bans)-len(missing)+added, added, removed
	return report, errors.Join(left, undone, ctx.Err())
}

// each tells the program the same of several bans, and returns how often it worked.
func (a *Action) each(ctx context.Context, do string, bans []ban.Ban) (worked int, err error) {
	var failed []error
	inARow := 0
	for _, b := range bans {
		if inARow == giveUp {
			failed = append(failed, fmt.Errorf("gave up after %d failures in a row; the rest is for the next run", giveUp))
			break
		}
		if ctx.Err() != nil {
			break
		}
		if err := a.call(ctx, do, b); err != nil {
			failed = append(failed, fmt.Errorf("%s %s: %w", do, b.Prefix, err))
			inARow++
			continue
		}
		worked, inARow = worked+1, 0
	}
	return worked, errors.Join(failed...)
}

// call runs the program once and records how it went.
func (a *Action) call(ctx context.Context, do string, b ban.Ban) error {
	if do == "remove" {
		if err := a.tell(ctx, do, b); err != nil {
			return err
		}
		return a.State.Forget(context.WithoutCancel(ctx), a.Name(), b)
	}
	if err := begin(ctx, a.State, a.Name(), []ban.Ban{b}); err != nil {
		return err
	}
	if err := a.tell(ctx, do, b); err != nil {
		return err
	}
	return finish(ctx, a.State, a.Name(), []ban.Ban{b})
}

// message is what the program reads from its standard input.
type message struct {
	Do      string     `json:"do"`
	ID      int64      `json:"id"`
	Prefix  string     `json:"prefix"`
	Address string     `json:"address"`
	Family  int        `json:"family"`
	Ports   []uint16   `json:"ports"` // empty: all
	Action  ban.Action `json:"action"`
	Jail    string     `json:"jail"`
	Case    string     `json:"case"`
	Reason  string     `json:"reason"`
	Country string     `json:"country"`
	From    time.Time  `json:"from"`
	Until   *time.Time `json:"until"` // null: for good
	Offence int        `json:"offence"`
	By      string     `json:"by"`
}

func (a *Action) tell(ctx context.Context, do string, b ban.Ban) error {
	m := message{
		Do: do, ID: b.ID, Prefix: b.Prefix.String(), Address: address(b), Family: 4, Ports: append([]uint16{}, b.Ports...),
		Action: b.Action, Jail: b.Jail, Case: b.Case, Reason: b.Reason, Country: b.Country, From: b.From.UTC(), Offence: b.Offence, By: b.By,
	}
	if b.Prefix.Addr().Is6() {
		m.Family = 6
	}
	until := ""
	if !b.Until.IsZero() {
		utc := b.Until.UTC()
		m.Until, until = &utc, utc.Format(time.RFC3339)
	}
	stdin, err := json.Marshal(m)
	if err != nil {
		return err
	}
	var env []string
	for _, v := range [][2]string{
		{"DO", do}, {"PREFIX", m.Prefix}, {"ADDRESS", m.Address}, {"FAMILY", strconv.Itoa(m.Family)}, {"PORTS", b.Ports.String()},
		{"ACTION", string(b.Action)}, {"UNTIL", until}, {"JAIL", b.Jail}, {"CASE", b.Case}, {"REASON", b.Reason},
	} {
		env = append(env, "GUMSHOE_"+v[0]+"="+strings.ReplaceAll(v[1], "\x00", "")) // no environment can hold a NUL
	}
	tools := a.Tools
	if tools.Timeout == 0 {
		tools.Timeout = 30 * time.Second
	}
	_, err = tools.runIn(ctx, env, bytes.NewReader(append(stdin, '\n')), a.Argv...)
	return err
}

// address is a single address without its length, or the network.
func address(b ban.Ban) string {
	if b.Prefix.IsSingleIP() {
		return b.Prefix.Addr().String()
	}
	return b.Prefix.String()
}

// Clear implements Driver: everything that was carried out is lifted.
func (a *Action) Clear(ctx context.Context) error {
	_, err := a.Sync(ctx, Want{})
	return err
}
