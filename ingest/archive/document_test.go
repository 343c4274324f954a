package archive

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

var update = flag.Bool("update", false, "rewrite docs/ARCHIVE.md")

const document = "../../docs/ARCHIVE.md"

// checkDocument compares the document with what it should be.
func checkDocument(t *testing.T, make func(string) string) {
	t.Helper()
	b, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	want := make(string(b))
	if *update {
		if err := os.WriteFile(document, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(b)); diff != "" {
		t.Errorf("docs/ARCHIVE.md is out of date; run the test with -update (-want +got):\n%s", diff)
	}
}

// TestDocumentColumns keeps the tables of columns equal to the comments of the
// fields, and the types equal to those of the files.
func TestDocumentColumns(t *testing.T) {
	comments := fieldComments(t)
	var out strings.Builder
	out.WriteString("<!-- columns -->\n")
	describe[Address](&out, comments)
	describe[Account](&out, comments)
	describe[Path](&out, comments)
	describe[Agent](&out, comments)
	describe[Service](&out, comments)
	describe[Touch](&out, comments)
	checkDocument(t, func(doc string) string {
		from, to := strings.Index(doc, "<!-- columns -->"), strings.Index(doc, "<!-- /columns -->")
		if from < 0 || to < from {
			t.Fatal("the document has no place for the columns")
		}
		return doc[:from] + out.String() + doc[to:]
	})
}

// fieldComments returns the comments of all fields in schema.go, by struct and field.
func fieldComments(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "schema.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if s, ok := spec.Type.(*ast.StructType); ok {
			for _, f := range s.Fields.List {
				for _, name := range f.Names {
					out[spec.Name.Name+"."+name.Name] = strings.TrimSpace(f.Comment.Text())
				}
			}
		}
		return false
	})
	return out
}

// describe writes the table of a kind.
func describe[T Row](out *strings.Builder, comments map[string]string) {
	fmt.Fprintf(out, "\n### %s\n\n| column | type | |\n| --- | --- | --- |\n", tableOf[T]().kind)
	typ := reflect.TypeFor[T]()
	for _, c := range columnsOf[T]() {
		field, owner := typ.FieldByIndex(c.index), typ.Name()
		if len(c.index) > 1 {
			owner = "Tally"
		}
		leaf, _ := schemaOf[T]().Lookup(leafPath(c.leaf)...)
		name := typeName(leaf)
		if c.leaf != c.name {
			name = "list of " + name
		}
		fmt.Fprintf(out, "| `%s` | %s | %s |\n", c.name, name, comments[owner+"."+field.Name])
	}
}

func typeName(leaf parquet.LeafColumn) string {
	switch t := leaf.Node.Type(); {
	case t.LogicalType() == nil && t.Kind() == parquet.FixedLenByteArray:
		return fmt.Sprintf("%d bytes", t.Length())
	case t.LogicalType() == nil:
		return map[parquet.Kind]string{parquet.Boolean: "boolean", parquet.ByteArray: "bytes"}[t.Kind()]
	default:
		name := strings.ToLower(t.LogicalType().String())
		if strings.HasPrefix(name, "timestamp") {
			return "timestamp, ms, UTC"
		}
		return regexp.MustCompile(`int\((\d+),false\)`).ReplaceAllString(name, "uint$1")
	}
}

// duckDB returns a function that runs statements in DuckDB: a reader that shares
// no code with the writer.
func duckDB(t *testing.T) func(statements []string) []answer {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	dir := filepath.Join(cache, "gumshoe-tools", "duckdb")
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join(dir, "node_modules", "@duckdb", "node-api")); err != nil || missing != nil {
		t.Skip("DuckDB is not installed: make tools")
	}
	return func(statements []string) (out []answer) {
		in, err := json.Marshal(statements)
		if err != nil {
			t.Fatal(err)
		}
		var complaint bytes.Buffer
		cmd := exec.CommandContext(t.Context(), node, "testdata/duckdb/query.cjs", dir)
		cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &complaint
		b, err := cmd.Output()
		if err != nil {
			t.Fatalf("DuckDB: %v: %s", err, complaint.String())
		}
		if err := json.Unmarshal(b, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// answer is what a statement returns, as text.
type answer struct {
	Columns []string
	Rows    [][]string
}

// text writes the answer as a table.
func (a answer) text() string {
	width := make([]int, len(a.Columns))
	lines := append([][]string{a.Columns}, a.Rows...)
	for _, l := range lines {
		for i, cell := range l {
			width[i] = max(width[i], len(cell))
		}
	}
	var out strings.Builder
	for _, l := range lines {
		var b strings.Builder
		for i, cell := range l {
			fmt.Fprintf(&b, "%-*s  ", width[i], cell)
		}
		out.WriteString(strings.TrimRight(b.String(), " ") + "\n")
	}
	return out.String()
}

// question is a statement in the document and, but for the first, its answer.
var question = regexp.MustCompile("(?s)```sql\n(.*?)```\n(?:\n```text\n.*?```\n)?")

// TestDocumentQuestions asks DuckDB the questions of the document.
func TestDocumentQuestions(t *testing.T) {
	ask := duckDB(t)
	a := aSite(t)
	checkDocument(t, func(doc string) string {
		var statements []string
		found := question.FindAllStringSubmatch(doc, -1)
		for _, q := range found {
			sql := regexp.MustCompile(`'(kind=|_manifest/)`).ReplaceAllString(q[1], "'"+a.dir+"/$1")
			statements = append(statements, sql)
		}
		if len(found) < 11 {
			t.Fatalf("%d statements, want the tables and ten questions", len(found))
		}
		setup := strings.SplitAfter(strings.TrimSpace(statements[0]), ";\n")
		answers := ask(append(setup, statements[1:]...))[len(setup)-1:]
		i := -1
		return question.ReplaceAllStringFunc(doc, func(string) string {
			if i++; i == 0 {
				return "```sql\n" + found[0][1] + "```\n"
			}
			if len(answers[i].Rows) == 0 {
				t.Errorf("no answer: %s", found[i][1])
			}
			return "```sql\n" + found[i][1] + "```\n\n```text\n" + answers[i].text() + "```\n"
		})
	})
}

// TestIndependentReader compares what DuckDB reads with what we read: every column
// of every kind, hours and folded days.
func TestIndependentReader(t *testing.T) {
	ask := duckDB(t)
	a := openTest(t)
	mustAll(t, a, aWeek(1, 2, 24), folding(aDay.Add(day)))
	compareReaders[Address](t, a, ask)
	compareReaders[Account](t, a, ask)
	compareReaders[Path](t, a, ask)
	compareReaders[Agent](t, a, ask)
	compareReaders[Service](t, a, ask)
	compareReaders[Touch](t, a, ask)
}

func compareReaders[T Row](t *testing.T, a *Archive, ask func([]string) []answer) {
	t.Helper()
	columns := columnsOf[T]()
	var names []string
	for _, c := range columns {
		name := `"` + c.name + `"`
		switch c.typ {
		case reflect.TypeFor[Addr](), reflect.TypeFor[[]byte]():
			name = "lower(hex(" + name + "))"
		case reflect.TypeFor[Milli]():
			name = "epoch_ms(" + name + ")"
		case reflect.TypeFor[[]uint64]():
			name = "array_to_string(" + name + ", ' ')"
		}
		names = append(names, name)
	}
	files, _, err := a.Files(tableOf[T]().kind, aDay, aDay.Add(10*day))
	if err != nil {
		t.Fatal(err)
	}
	// The answer comes in the order of the files and of their rows, as Read has it.
	got := ask([]string{fmt.Sprintf("SELECT %s FROM read_parquet(['%s'], hive_partitioning = false)", strings.Join(names, ", "), strings.Join(files, "', '"))})[0].Rows
	var want [][]string
	for _, r := range all[T](t, a, Query{}) {
		row := make([]string, len(columns))
		for i, c := range columns {
			switch v := reflect.ValueOf(r).FieldByIndex(c.index).Interface().(type) {
			case Addr:
				row[i] = fmt.Sprintf("%x", v[:])
			case []byte:
				row[i] = fmt.Sprintf("%x", v)
			case Milli:
				row[i] = fmt.Sprint(int64(v))
			case []uint64:
				row[i] = strings.Trim(fmt.Sprint(v), "[]")
			default:
				row[i] = fmt.Sprint(v)
			}
		}
		want = append(want, row)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kind %s (-gumshoe +DuckDB):\n%.3000s", tableOf[T]().kind, diff)
	}
}
