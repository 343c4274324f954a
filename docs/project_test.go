package docs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What builds, tests and measures the project is there and would do something: a
// target has a recipe, a benchmark a function, a script the argument, a program the
// flags. To run it all would take hours.
func TestProject(t *testing.T) {
	traffic := filepath.Join(t.TempDir(), "gumshoe-traffic")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", traffic, "gumshoe/cmd/gumshoe-traffic").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, l := range In(Project, everyLine(t)) {
		for command := range strings.SplitSeq(unassigned(l.Text), " && ") {
			if err := would(command, traffic, t.TempDir()); err != nil {
				t.Errorf("%v: %s: %v", l, command, err)
			}
		}
	}
	for _, wrong := range []string{"make frobnicate", "go test ./ban/ledger -bench Frobnicate", "go test ./ban/ledger -bench Add -frobnicate",
		".ci/bench frobnicate", "gumshoe-traffic site --frobnicate", "install frobnicate /usr/local/bin/"} {
		if would(wrong, traffic, t.TempDir()) == nil {
			t.Errorf("%q is found to be right", wrong)
		}
	}
}

// would says what hinders a command. traffic is the built gumshoe-traffic, dir an empty
// directory.
func would(command, traffic, dir string) error {
	args := split(command)
	switch {
	case args[0] == "make":
		return wouldMake(args[1:])
	case args[0] == "install": // what was built
		return wouldInstall(command, dir)
	case strings.HasPrefix(args[0], ".ci/"):
		return wouldScript(args)
	case strings.HasPrefix(command, "go test "):
		return wouldTest(args[2:])
	case strings.HasPrefix(command, "go run ./cmd/gumshoe-traffic "):
		return quiet(exec.Command(traffic, append(args[3:], "--help")...))
	case args[0] == "gumshoe-traffic":
		return quiet(exec.Command(traffic, append(args[1:], "--help")...))
	}
	return fmt.Errorf("nobody here knows")
}

// words of a command line; quotes are taken off.
var words = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)

func split(command string) (args []string) {
	for _, w := range words.FindAllString(command, -1) {
		args = append(args, strings.Trim(w, `'"`))
	}
	return args
}

func quiet(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %s", err, out)
	}
	return nil
}

func wouldMake(args []string) error {
	cmd := exec.Command("make", append([]string{"--dry-run", "--always-make"}, args...)...)
	cmd.Dir = ".."
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "MAKE") }) // of a make that runs this test
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "Nothing to be done") {
		return fmt.Errorf("%v: %s", err, out)
	}
	return nil
}

func wouldInstall(command, dir string) error {
	if err := os.WriteFile(filepath.Join(dir, "gumshoe"), nil, 0o755); err != nil {
		return err
	}
	cmd := exec.Command("sh", "-c", strings.ReplaceAll(command, "/usr/local/bin/", "./installed"))
	cmd.Dir = dir
	return quiet(cmd)
}

// wouldScript checks a script's syntax, and that it has a case for each argument.
func wouldScript(args []string) error {
	path := filepath.Join("..", args[0])
	if err := quiet(exec.Command("bash", "-n", path)); err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	for _, arg := range args[1:] {
		if !regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(arg) + `\)`).Match(text) {
			return fmt.Errorf("it has no case for %q", arg)
		}
	}
	return err
}

// flagsOfTests are the go command's own that the pages use.
var flagsOfTests = map[string]bool{"-bench": true, "-benchmem": false, "-benchtime": true, "-count": true, "-run": true, "-v": false} // whether it has a value

// wouldTest checks that a package has what -run and -bench name, and the flags.
func wouldTest(args []string) error {
	var sources []byte
	patterns := map[string]string{}
	for i := 0; i < len(args); i++ {
		name := args[i]
		switch hasValue, known := flagsOfTests[name]; {
		case known && hasValue:
			i++
			patterns[name] = args[i]
		case known:
		case strings.HasPrefix(name, "-"):
			if !regexp.MustCompile(`flag\.\w+\("` + name[1:] + `"`).Match(sources) {
				return fmt.Errorf("no flag %s", name)
			}
		default:
			files, _ := filepath.Glob(filepath.Join("..", name, "*_test.go")) // the pattern is well formed
			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				sources = append(sources, text...)
			}
		}
	}
	for name, kind := range map[string]string{"-run": "Test", "-bench": "Benchmark"} {
		pattern, asked := patterns[name]
		if !asked || name == "-run" && pattern == "^$" {
			continue
		}
		if found := functions(sources, kind, pattern); !found {
			return fmt.Errorf("nothing for %s %s", name, pattern)
		}
	}
	return nil
}

var function = regexp.MustCompile(`(?m)^func ((Test|Benchmark)\w+)\(`)

// functions reports whether there is a test or benchmark whose name a pattern matches.
func functions(sources []byte, kind, pattern string) bool {
	for _, m := range function.FindAllSubmatch(sources, -1) {
		if string(m[2]) == kind && regexp.MustCompile(pattern).Match(m[1]) {
			return true
		}
	}
	return false
}
