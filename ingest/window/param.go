package window

// params are names of parameters by their ids.
type params map[uint32]string

// maxParams bounds the names of parameters that a Store knows. Each may be as long
// as an Enricher lets it be.
const maxParams = 1 << 16

// param returns the id of a parameter's name, 0 of none, and notes the name.
func (b *Builder) param(name string) uint32 {
	if name == "" {
		return 0
	}
	id := b.store.paramID(name)
	if _, known := b.params[id]; !known {
		if b.params == nil {
			b.params = params{}
		}
		b.params[id] = name
	}
	return id
}

// paramID is a hash: 32 bits tell the parameters of a site apart.
func (s *Store) paramID(name string) uint32 { return uint32(s.opt.Hash.String(name)>>32) | 1 }

// param is the same for one that the archive names.
func (l *loading) param(name string) uint32 {
	if name == "" {
		return 0
	}
	id := l.paramID(name)
	l.learnParams(params{id: name})
	return id
}

// learnParams adds to the dictionary. Of two names with one id the greater is kept.
func (s *Store) learnParams(more params) {
	if len(more) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, name := range more {
		s.params.learn(uint64(id), Name{Text: string(cut([]byte(name)))})
	}
	s.params.prune(slack)
}
