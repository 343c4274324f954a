package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gumshoe/ingest"
	"gumshoe/ingest/filter"
)

// filterPrefix begins the name of a format that is a filter of fail2ban:
// "fail2ban:sshd[mode=aggressive]".
const filterPrefix = "fail2ban:"

// filterDir is where fail2ban keeps its filters; a name with a path says another.
const filterDir = "/etc/fail2ban/filter.d"

// filterNamed loads a filter as fail2ban would: "sshd", "sshd[mode=aggressive]",
// "/usr/local/etc/fail2ban/filter.d/sshd".
func filterNamed(name string) (ingest.Format, error) {
	dir := filterDir
	name, params, parametrized := strings.Cut(strings.TrimSpace(name), "[")
	if strings.Contains(name, "/") {
		dir, name = filepath.Dir(name), filepath.Base(name)
	}
	name = strings.TrimSuffix(name, ".conf")
	if parametrized {
		name += "[" + params
	}
	spec, err := filter.ParseSpec(name)
	if err != nil {
		return nil, err
	}
	f, err := filter.Load(os.DirFS(dir), spec)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w; ls %s", err, dir)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// leftOut tells what of a filter is not used.
func (a *app) leftOut(f ingest.Format) {
	if f, ok := f.(*filter.Filter); ok {
		for _, p := range f.Problems() {
			a.note("%s: left out: %s", f.Name(), p.Error())
		}
	}
}
