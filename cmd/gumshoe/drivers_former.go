package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gumshoe/ban/firewall"
)

// retire has whoever carried bans out under an earlier configuration let go of them:
// whom nobody tells any more when a ban is lifted would keep it for ever. Those that
// cannot be reached from here, because only the old configuration knew how, are named
// once.
func (h *handover) retire(ctx context.Context) error {
	names, err := h.ledger.Carriers(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, name := range names {
		if slices.ContainsFunc(h.drivers, func(d firewall.Driver) bool { return d.Name() == name }) {
			continue
		}
		if err := h.letGo(ctx, name); err != nil {
			failed = append(failed, fmt.Errorf("%s, which is not configured any more, keeps its bans: %w", name, err))
			continue
		}
		failed = append(failed, h.ledger.Retire(context.WithoutCancel(ctx), name, h.at))
	}
	return errors.Join(failed...)
}

// letGo ends all bans of a driver that is not configured any more.
func (h *handover) letGo(ctx context.Context, name string) error {
	switch kind, arg, _ := strings.Cut(name, ":"); kind {
	case "ipset", "nftables", "hosts.deny", "fail2ban":
		err := h.settings.driver(kind, arg, deedState{h.ledger}).Clear(ctx)
		switch {
		case errors.Is(err, firewall.ErrMissing): // but what it told the kernel stands
			h.app.note("%s is not configured any more, and its program is gone: what the kernel still holds of it ends in its time, or with a reboot", name)
			return nil
		case err == nil:
			h.app.note("%s is not configured any more, and has let go of its bans", name)
		}
		return err
	case "action":
		deeds, err := h.ledger.Deeds(ctx, name)
		if err != nil || len(deeds) == 0 {
			return err
		}
	}
	h.app.note("%s is not configured any more, and keeps the bans that it was given until you end them there", name)
	return nil
}
