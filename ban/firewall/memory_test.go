package firewall

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"gumshoe/ban"
)

// memory is a State that lasts as long as the test.
type memory struct {
	deeds    map[string]Deed
	readOnly bool
}

var errReadOnly = errors.New("read-only")

func newMemory() *memory { return &memory{deeds: map[string]Deed{}} }

func (m *memory) Deeds(_ context.Context, driver string) ([]Deed, error) {
	var out []Deed
	for _, key := range slices.Sorted(maps.Keys(m.deeds)) {
		if strings.HasPrefix(key, driver+" ") {
			out = append(out, m.deeds[key])
		}
	}
	return out, nil
}

func (m *memory) Put(_ context.Context, driver string, deeds ...Deed) error {
	if m.readOnly {
		return errReadOnly
	}
	for _, d := range deeds {
		m.deeds[driver+" "+DeedKey(d.Ban)] = d
	}
	return nil
}

func (m *memory) Forget(_ context.Context, driver string, bans ...ban.Ban) error {
	for _, b := range bans {
		delete(m.deeds, driver+" "+DeedKey(b))
	}
	return nil
}
