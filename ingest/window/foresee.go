package window

import "gumshoe/ingest"

// Foresee implements ingest.Foreseer: it looks at the row and the path that each event
// will count in, if they are of the service of the event before these, as nearly all are.
func (b *Builder) Foresee(evs []ingest.Event) {
	if len(b.rowAt.slots) == 0 || len(b.objectAt.slots) == 0 {
		return
	}
	var rows, paths [ingest.Batch]uint32 // tags; 0: none
	for i := range evs {
		ev, hour := &evs[i], uint64(seconds(&evs[i])/3600)
		rows[i] = tagOf(mix(rowHash(unitOf(ev.Src), b.service, b.seed), hour))
		if t := ev.Request.Template; t != 0 {
			paths[i] = tagOf(mix(objectHash(b.pathID(ev.VHost, t), b.service, b.seed), hour))
		}
	}
	sum := uint32(0)
	for i := range evs {
		sum += b.rowAt.slots[b.rowAt.home(rows[i])].row + b.objectAt.slots[b.objectAt.home(paths[i])].row
	}
	for i := range evs { // a row and an object lie across several lines of the cache
		if n, _ := b.rowAt.next(b.rowAt.home(rows[i]), rows[i]); n != none {
			r := b.rows.at(n)
			sum += r.Hour + r.Events + r.bad.Bad + r.agent
		}
		if n, _ := b.objectAt.next(b.objectAt.home(paths[i]), paths[i]); n != none {
			o := b.objects.at(n)
			sum += o.Hour + o.touches.off
		}
	}
	b.foreseen = sum
}
