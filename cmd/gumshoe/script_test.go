package main

import (
	"errors"
	"flag"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expectations of the stories")

// programs are what the test binary is under other names.
var programs = map[string]func(){"gumshoe": main}

// TestMain lets the stories run this very program as the command gumshoe.
func TestMain(m *testing.M) {
	testscript.Main(m, programs)
}

// TestScript tells how the program behaves, one file a feature. Every story
// begins in an empty directory, in UTC, without configuration.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "UTC")
			env.Setenv("GUMSHOE_CONFIG", env.WorkDir+"/gumshoe.yaml")
			env.Setenv("GUMSHOE_STATE_DIR", env.WorkDir+"/state")
			env.Setenv("GUMSHOE_DNS", "false") // no network in tests
			env.Setenv("GUMSHOE_GEO_DATABASES", "none")
			return nil
		},
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"code": code},
		RequireExplicitExec: true,
	})
}

// code is the command `code N program args...`: it runs the program and wants
// the exit code N, where `! exec` is content with any failure.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program args...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
