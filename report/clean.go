package report

import (
	"reflect"
	"sync"

	"gumshoe/ingest"
)

// escaped returns v with every string escaped, so that a renderer for people cannot
// forget a field and a field added later is covered.
func escaped[T any](v T, ascii bool) T { return escapedTo(v, maxText, ascii) }

// escapedTo is escaped with a limit of its own for one string.
func escapedTo[T any](v T, limit int, ascii bool) T {
	return cleaned(v, func(s string) string { return escape(s, limit, ascii) })
}

// cleaned returns v with every string passed through clean, which is called from
// several goroutines. What holds a string that is not clean is copied, and what holds
// that; the rest is shared with v, which stays as it is. Types with private fields
// (times, addresses) hold no log text.
func cleaned[T any](v T, clean func(string) string) T {
	of := reflect.ValueOf(&v).Elem()
	if own, changed := layoutOf(of.Type()).clean(of, clean); changed {
		return own.Interface().(T)
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

// clean returns a clean copy of a value, if it is not clean as it is.
func (l *layout) clean(v reflect.Value, clean func(string) string) (own reflect.Value, changed bool) {
	if !l.text {
		return v, false
	}
	switch v.Kind() {
	case reflect.String:
		s := v.String()
		c := clean(s)
		if c == s {
			return v, false
		}
		return reflect.ValueOf(c).Convert(v.Type()), true
	case reflect.Pointer:
		if v.IsNil() {
			return v, false
		}
		of, changed := l.elem.clean(v.Elem(), clean)
		if !changed {
			return v, false
		}
		own = reflect.New(v.Type().Elem())
		own.Elem().Set(of)
		return own, true
	case reflect.Slice:
		return l.cleanAll(v, clean)
	case reflect.Map:
		return l.cleanMap(v, clean)
	case reflect.Struct:
		own = v
		for _, f := range l.fields {
			of, differs := f.clean(v.Field(f.index), clean)
			if !differs {
				continue
			}
			if !changed {
				own, changed = reflect.New(v.Type()).Elem(), true
				own.Set(v)
			}
			own.Field(f.index).Set(of)
		}
		return own, changed
	}
	return v, false
}

// fewElements are cleaned by one core in one go: the first cases hold most.
const fewElements = 32

// cleanAll cleans the elements of a slice, on all cores if they are many.
func (l *layout) cleanAll(list reflect.Value, clean func(string) string) (own reflect.Value, changed bool) {
	n := list.Len()
	if n <= 2*fewElements {
		return l.cleanFew(list, clean)
	}
	parts := make([]reflect.Value, (n+fewElements-1)/fewElements) // those that changed
	ingest.OnAllCores(len(parts), func(k int) {
		if part, differs := l.cleanFew(list.Slice(k*fewElements, min((k+1)*fewElements, n)), clean); differs {
			parts[k] = part
		}
	})
	for k, part := range parts {
		if !part.IsValid() {
			continue
		}
		if !changed {
			own, changed = copied(list), true
		}
		reflect.Copy(own.Slice(k*fewElements, n), part)
	}
	if !changed {
		return list, false
	}
	return own, true
}

func (l *layout) cleanFew(list reflect.Value, clean func(string) string) (own reflect.Value, changed bool) {
	own = list
	for i := range list.Len() {
		of, differs := l.elem.clean(list.Index(i), clean)
		if !differs {
			continue
		}
		if !changed {
			own, changed = copied(list), true
		}
		own.Index(i).Set(of)
	}
	return own, changed
}

func copied(list reflect.Value) reflect.Value {
	own := reflect.MakeSlice(list.Type(), list.Len(), list.Len())
	reflect.Copy(own, list)
	return own
}

func (l *layout) cleanMap(of reflect.Value, clean func(string) string) (reflect.Value, bool) {
	own, changed := reflect.MakeMapWithSize(of.Type(), of.Len()), false
	for it := of.MapRange(); it.Next(); {
		key, differs := l.key.clean(it.Key(), clean)
		val, too := l.elem.clean(it.Value(), clean)
		own.SetMapIndex(key, val)
		changed = changed || differs || too
	}
	if !changed {
		return of, false
	}
	return own, true
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
