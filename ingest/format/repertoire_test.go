package format

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// TestEverySentence finds the texts of all tables in the source, and reads them:
// a malformed one shall not wait for the first message of its daemon.
func TestEverySentence(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	texts := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.Ident); !ok || f.Name != "say" {
				return true
			}
			for _, arg := range call.Args[1:] {
				at, text := fset.Position(arg.Pos()), spelled(arg)
				if text == "" {
					t.Errorf("%v: a sentence is not spelled out", at)
				} else if fault := malformed(text); fault != nil {
					t.Errorf("%v: %v", at, fault)
				}
				texts++
			}
			return true
		})
	}
	if texts < 1000 {
		t.Errorf("%d texts were found in the tables, and there are more than a thousand", texts)
	}
}

// spelled is the text that an expression spells out; what a function puts before it
// is any text.
func spelled(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return text
	case *ast.BinaryExpr:
		if _, ok := e.X.(*ast.Ident); ok {
			return "x" + spelled(e.Y)
		}
	}
	return ""
}

// malformed is what is wrong with a text; nil: nothing.
func malformed(text string) (fault any) {
	defer func() { fault = recover() }()
	say(ingest.KindOther, text).sentences()
	return nil
}

func TestMalformedSentences(t *testing.T) {
	for _, text := range []string{"{user}{peer}", "{peer} and {addr}", "{nobody}", "{user}", "a[[b"} {
		if malformed(text) == nil {
			t.Errorf("%q is read", text)
		}
	}
}
