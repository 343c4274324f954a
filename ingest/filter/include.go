package filter

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Bounds of a filter with all that it includes.
const (
	maxIncludes = 64
	maxNesting  = 8
)

// config is a filter's files, merged.
type config struct {
	dir      fs.FS
	marks    marks
	files    map[string]*file
	defaults options
	sections map[string]options
	known    map[string]options // by section: what a later file replaced
}

// readConfig reads name.conf, name.d/*.conf, name.local and name.d/*.local, each
// between the files that its [INCLUDES] names as before and after, and merges
// them in this order.
func readConfig(dir fs.FS, name string) (*config, error) {
	c := &config{dir: dir, files: map[string]*file{}, defaults: options{}, sections: map[string]options{}, known: map[string]options{}}
	var own []string
	for _, ext := range []string{".conf", ".local"} {
		parts, err := fs.Glob(dir, name+".d/*"+ext)
		if err != nil {
			return nil, err
		}
		own = append(append(own, name+ext), parts...)
	}
	own = slices.DeleteFunc(own, func(f string) bool { return !c.exists(f) })
	if len(own) == 0 {
		return nil, fmt.Errorf("no filter %s: %w", name, &fs.PathError{Op: "open", Path: name + ".conf", Err: fs.ErrNotExist})
	}
	var order []string
	for _, f := range own {
		var err error
		if order, err = c.include(order, f, own, nil); err != nil {
			return nil, err
		}
	}
	for _, f := range order {
		c.merge(c.files[f])
	}
	return c, nil
}

func (c *config) exists(name string) bool {
	info, err := fs.Stat(c.dir, name)
	return err == nil && !info.IsDir()
}

// include appends a file, with what it includes and its .local sibling, to the
// order of reading.
func (c *config) include(order []string, name string, own, seen []string) ([]string, error) {
	if len(order) > maxIncludes || len(seen) > maxNesting {
		return nil, fmt.Errorf("%s: too many includes", name)
	}
	f, err := c.read(name)
	if err != nil {
		return nil, err
	}
	seen = append(seen[:len(seen):len(seen)], name)
	if order, err = c.includes(order, f, "before", own, seen); err != nil {
		return nil, err
	}
	order = append(order, name)
	if order, err = c.includes(order, f, "after", own, seen); err != nil {
		return nil, err
	}
	local := strings.TrimSuffix(name, path.Ext(name)) + ".local"
	if !slices.Contains(own, local) && !slices.Contains(seen, local) && c.exists(local) {
		return c.include(order, local, own, seen)
	}
	return order, nil
}

// includes appends what [INCLUDES] names. Like fail2ban it passes over what is
// not there: distributions name files that an administrator may create.
func (c *config) includes(order []string, f *file, option string, own, seen []string) ([]string, error) {
	list := c.marks.plain(f.sections["INCLUDES"][option])
	for _, inc := range strings.Fields(list) {
		inc = path.Clean(inc)
		if slices.Contains(seen, inc) || !fs.ValidPath(inc) || !c.exists(inc) {
			continue
		}
		var err error
		if order, err = c.include(order, inc, own, seen); err != nil {
			return nil, err
		}
	}
	return order, nil
}

func (c *config) read(name string) (*file, error) {
	if f := c.files[name]; f != nil {
		return f, nil
	}
	content, err := fs.ReadFile(c.dir, name)
	if err != nil {
		return nil, fmt.Errorf("reading filter %q: %w", name, cause(err))
	}
	f, err := c.marks.readINI(name, string(content))
	if err != nil {
		return nil, fmt.Errorf("reading filter %w", err)
	}
	c.files[name] = f
	return f, nil
}

// cause drops the path from an error of a file system: it is told once.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// merge adds a file. What it replaces stays known as %(known/name)s.
func (c *config) merge(f *file) {
	for k, v := range f.defaults {
		c.defaults[k] = v
	}
	for name, opts := range f.sections {
		base, condition, conditional := strings.Cut(name, "?")
		have := c.sections[base]
		if have == nil {
			have = options{}
			c.sections[base], c.known[base] = have, options{}
		}
		for k, v := range opts {
			if conditional {
				k += "?" + condition
			}
			if old, ok := have[k]; ok {
				c.known[base][k] = old
			}
			have[k] = v
		}
	}
}
