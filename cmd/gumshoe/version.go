package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the Makefile; a plain `go build` knows at least the commit.
var version string

func gumshoeVersion() string {
	var commit string
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				commit = "commit " + s.Value[:12]
			}
		}
	}
	return cmp.Or(version, commit, "development")
}

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  positional(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			if a.json {
				return json.NewEncoder(a.out).Encode(map[string]string{"version": gumshoeVersion(), "go": runtime.Version()})
			}
			_, err := fmt.Fprintln(a.out, "gumshoe", gumshoeVersion(), runtime.Version())
			return err
		},
	}
}
