package report

import (
	"reflect"
	"sync"

	"gumshoe/ingest"
)

// escaped returns a copy of v in which every string is escaped, so that a renderer
// for people cannot forget a field and a field added later is covered.
func escaped[T any](v T, ascii bool) T { return escapedTo(v, maxText, ascii) }

// escapedTo is escaped with a limit of its own for one string.
func escapedTo[T any](v T, limit int, ascii bool) T {
	return cleaned(v, func(s string) string { return escape(s, limit, ascii) })
}

// cleaned returns a copy of v with every string passed through clean, which is called
// from several goroutines. What is behind pointers, slices and maps is copied too if
// there is text in it; the rest is shared with v. Types with private fields (times,
// addresses) hold no log text.
func cleaned[T any](v T, clean func(string) string) T {
	if l := layoutOf(reflect.TypeFor[T]()); l.text {
		l.clean(reflect.ValueOf(&v).Elem(), clean)
	}
	return v
}

// layout is where a type holds text.
type layout struct {
	text      bool
	key, elem *layout  // of pointers, slices and maps
	fields    []member // of a struct: the exported ones that do
}

type member struct {
	index int
	*layout
}

// clean takes a value that is a copy, and copies what it shares with the original.
func (l *layout) clean(v reflect.Value, clean func(string) string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(clean(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			l.elem.clean(own.Elem(), clean)
			v.Set(own)
		}
	case reflect.Slice:
		if !v.IsNil() {
			own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(own, v)
			l.elem.cleanAll(own, clean)
			v.Set(own)
		}
	case reflect.Map:
		if !v.IsNil() {
			own := reflect.MakeMapWithSize(v.Type(), v.Len())
			for it := v.MapRange(); it.Next(); {
				own.SetMapIndex(l.key.cleaned(it.Key(), clean), l.elem.cleaned(it.Value(), clean))
			}
			v.Set(own)
		}
	case reflect.Struct:
		for _, f := range l.fields {
			f.clean(v.Field(f.index), clean)
		}
	}
}

// fewElements are cleaned by one core in one go: the first cases hold most.
const fewElements = 32

// cleanAll cleans the elements of a slice, on all cores if they are many.
func (l *layout) cleanAll(list reflect.Value, clean func(string) string) {
	n := list.Len()
	if n <= 2*fewElements {
		l.cleanSome(list, 0, n, clean)
		return
	}
	ingest.OnAllCores((n+fewElements-1)/fewElements, func(k int) {
		l.cleanSome(list, k*fewElements, min((k+1)*fewElements, n), clean)
	})
}

func (l *layout) cleanSome(list reflect.Value, lo, hi int, clean func(string) string) {
	for i := lo; i < hi; i++ {
		l.clean(list.Index(i), clean)
	}
}

// cleaned returns a clean copy of a key or value of a map.
func (l *layout) cleaned(v reflect.Value, clean func(string) string) reflect.Value {
	if !l.text {
		return v
	}
	own := reflect.New(v.Type()).Elem()
	own.Set(v)
	l.clean(own, clean)
	return own
}

var layouts sync.Map // reflect.Type -> *layout

// layoutOf looks at a type once.
func layoutOf(t reflect.Type) *layout {
	if known, ok := layouts.Load(t); ok {
		return known.(*layout)
	}
	l := examine(t, map[reflect.Type]*layout{})
	layouts.Store(t, l)
	return l
}

// examine looks at a type and all that it holds. One that holds itself is taken to hold text.
func examine(t reflect.Type, met map[reflect.Type]*layout) *layout {
	if l, ok := met[t]; ok {
		return l
	}
	l := &layout{text: true} // until it is known better
	met[t] = l
	switch t.Kind() {
	case reflect.String:
	case reflect.Pointer, reflect.Slice:
		l.elem = examine(t.Elem(), met)
		l.text = l.elem.text
	case reflect.Map:
		l.key, l.elem = examine(t.Key(), met), examine(t.Elem(), met)
		l.text = l.key.text || l.elem.text
	case reflect.Struct:
		for i := range t.NumField() {
			if of := t.Field(i); of.IsExported() {
				if f := examine(of.Type, met); f.text {
					l.fields = append(l.fields, member{i, f})
				}
			}
		}
		l.text = len(l.fields) > 0
	default:
		l.text = false
	}
	return l
}
