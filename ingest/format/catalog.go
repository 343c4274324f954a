package format

import (
	"slices"
)

// Entry names something that is read, for documents.
type Entry struct {
	Name    string
	Aliases []string // further names that ByName knows; of a daemon, its programs
	Daemon  bool     // writes through syslog, the journal or a container's log
}

// Catalog lists all formats and daemons in the order of their tables.
func Catalog() []Entry {
	var out []Entry
	for _, f := range formats {
		out = append(out, Entry{Name: f.name, Aliases: f.aliases})
	}
	for _, d := range daemons {
		out = append(out, Entry{Name: d.programs[0], Aliases: d.programs[1:], Daemon: true})
	}
	return out
}

// Serves reports whether the entry is the daemon that a program belongs to, or
// the format of that name.
func (e Entry) Serves(name string) bool {
	is := func(name string) bool { return name == e.Name || slices.Contains(e.Aliases, name) }
	return is(name) || e.Daemon && is(string(stem([]byte(name))))
}

// FieldNames lists the fields that the patterns of a User format may fill.
func FieldNames() []string { return sortedNames(ecs) }

// GrokNames lists the names that a grok pattern may use.
func GrokNames() []string { return sortedNames(grokNames) }
