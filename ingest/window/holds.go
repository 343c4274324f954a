package window

// Holds calls yield for each service of which a log has told, in no order. It
// needs Options.PerLog and is called like Export.
func (s *Store) Holds(yield func(log, service string)) {
	s.flush()
	for _, x := range s.services {
		if x.log != 0 {
			yield(s.logs[x.log], x.name)
		}
	}
}
