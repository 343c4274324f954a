package report

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

const bell = "\a"

// Whatever field a report has or will have: no string of it reaches a reader as the
// attacker wrote it, and the report itself stays as it is.
func TestEveryStringIsEscaped(t *testing.T) {
	for _, many := range []int{1, 3 * fewElements} { // on one core, on all
		var r Report
		holds := fillUp(reflect.ValueOf(&r).Elem(), many, 0)
		if holds < 50 {
			t.Fatalf("only %d strings in a report", holds)
		}
		got := escaped(r, false)
		eachText(reflect.ValueOf(got), "Report", func(where, s string) {
			if strings.Contains(s, bell) {
				t.Errorf("%s: %q", where, s)
			}
		})
		kept := 0
		eachText(reflect.ValueOf(r), "Report", func(_, s string) {
			if strings.Contains(s, bell) {
				kept++
			}
		})
		if kept != holds {
			t.Errorf("of %d strings of the report itself %d are left", holds, kept)
		}
	}
}

// What is clean is not copied: of half a million sources held back nearly all is.
func TestCleanIsShared(t *testing.T) {
	type line struct{ Text string }
	type page struct {
		Lines  []line
		Other  []line
		Times  []time.Time
		ByName map[string]*line
	}
	many := make([]line, 4*fewElements)
	for i := range many {
		many[i].Text = fmt.Sprint("line ", i)
	}
	p := page{Lines: many, Other: []line{{"fine"}}, Times: make([]time.Time, 1), ByName: map[string]*line{"a": {"fine"}}}
	got := escaped(p, false)
	if &got.Lines[0] != &p.Lines[0] || &got.Times[0] != &p.Times[0] || got.ByName["a"] != p.ByName["a"] {
		t.Error("clean text is copied")
	}
	p.Lines[100].Text, p.ByName["b"+bell] = bell, &line{bell}
	got = escaped(p, false)
	if got.Lines[100].Text != `\x07` || p.Lines[100].Text != bell || got.Lines[99] != p.Lines[99] || len(got.Lines) != len(p.Lines) {
		t.Errorf("%q, of %q", got.Lines[99:101], p.Lines[99:101])
	}
	if l := got.ByName[`b\x07`]; l == nil || l.Text != `\x07` || len(got.ByName) != 2 || p.ByName["b"+bell].Text != bell {
		t.Errorf("%v", got.ByName)
	}
	if &got.Other[0] != &p.Other[0] {
		t.Error("what stands beside is copied")
	}
}

// fillUp puts hostile text into every string of a value that can be reached, and n
// elements into every list of structs. It returns how many strings there are.
func fillUp(v reflect.Value, n, depth int) (strings int) {
	switch {
	case depth > 12: // a type that holds itself
	case v.Kind() == reflect.String:
		v.SetString("x" + bell)
		return 1
	case v.Kind() == reflect.Pointer && v.Type() != reflect.TypeFor[*time.Location]():
		v.Set(reflect.New(v.Type().Elem()))
		return fillUp(v.Elem(), n, depth+1)
	case v.Kind() == reflect.Slice:
		if depth > 2 {
			n = 1
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			strings += fillUp(v.Index(i), n, depth+1)
		}
	case v.Kind() == reflect.Map:
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		strings = fillUp(key, n, depth+1) + fillUp(elem, n, depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, elem)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				strings += fillUp(v.Field(i), n, depth+1)
			}
		}
	}
	return strings
}

// eachText calls f with every string that fillUp would reach.
func eachText(v reflect.Value, where string, f func(where, s string)) {
	switch v.Kind() {
	case reflect.String:
		f(where, v.String())
	case reflect.Pointer:
		if !v.IsNil() {
			eachText(v.Elem(), where, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), fmt.Sprintf("%s[%d]", where, i), f)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			eachText(it.Key(), where+" key", f)
			eachText(it.Value(), where+" value", f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				eachText(v.Field(i), where+"."+v.Type().Field(i).Name, f)
			}
		}
	}
}
