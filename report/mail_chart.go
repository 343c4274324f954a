package report

import (
	"fmt"
	"time"

	"gumshoe/analyze"
)

// Image is a picture of a mail, referred to as cid:Name.
type Image struct {
	Name string // unique in its mail, "chart-3.png"
	PNG  []byte
}

// Sizes of the pictures in points. A strip is stretched to its column.
const (
	plotWidth   = 552
	stripHeight = 20
	bandHeight  = 110
)

// mailPicture is a picture with the text that belongs to it.
type mailPicture struct {
	Src     string // name of the image
	Alt     string // states its fact
	Height  int    // points
	Axis    []axisCell
	Caption string
}

// axisCell is a label of an axis, and the part of the width up to the next one.
type axisCell struct {
	Percent int
	Label   string
}

// cells lays an axis out as the cells of a table row. With more than limit
// labels every second one is left out.
func (a axis) cells(limit int) []axisCell {
	var out []axisCell
	ticks := a.ticks
	if len(ticks) > 0 && a.at(ticks[len(ticks)-1].at) > .93 { // no room for its label
		ticks = ticks[:len(ticks)-1]
	}
	at := 0
	for i, t := range ticks {
		x := rounded(a.at(t.at) * 100)
		if x > at {
			out = append(out, axisCell{Percent: x - at})
		}
		next := 100
		if i+1 < len(ticks) {
			next = rounded(a.at(ticks[i+1].at) * 100)
		}
		label := t.label
		if len(ticks) > limit && i%2 == 1 {
			label = ""
		}
		out = append(out, axisCell{next - x, label})
		at = next
	}
	return out
}

// drawStrip draws the events of a case on an axis: one stroke is one event,
// higher ones are several close together. The stroke of a login is red.
func drawStrip(a axis, c analyze.Case) drawing {
	d := newDrawing(plotWidth, stripHeight)
	d.base(a)
	w, floor := d.Rect.Dx(), d.Rect.Dy()-8
	if len(c.Timeline) == 0 {
		from, to := a.cell(c.First, w), a.cell(c.Last, w)
		if silence(c) {
			d.hatch(from, 4, max(to-from, 8), floor-4)
		} else {
			d.fill(from, floor-20, max(to-from, 8), 20, dataInk)
		}
		return d
	}
	const stroke = 4
	counts := a.buckets(c, w/stroke/2)
	for i, k := range counts {
		h := 0
		switch {
		case k == 0:
			continue
		case k < 4:
			h = 20
		case k < 10:
			h = 26
		default:
			h = 32
		}
		d.fill(i*stroke*2, floor-h, stroke, h, dataInk)
	}
	if breakIn(c) {
		x := a.cell(c.Last, w)
		d.fill(x-3, 0, 6, floor, hotInk)
	}
	return d
}

func hotOr(ink uint8, hot bool) uint8 {
	if hot {
		return hotInk
	}
	return ink
}

// drawBand draws hours on the band in which such hours lie: the band shaded, what
// was seen as a line, the hours of the case in red.
func drawBand(hours []SeasonHour, c analyze.Case) drawing {
	d := newDrawing(plotWidth, bandHeight)
	first := hours[0].Start
	end := hours[len(hours)-1].Start.Add(time.Hour)
	d.base(newAxis(first, end, first.Location()))
	w, floor := d.Rect.Dx(), d.Rect.Dy()-8
	top := float64(bandTop(hours))
	y := func(v float64) int { return floor - rounded(v/top*float64(floor-12)) }
	n := len(hours)
	place := func(x int) float64 { // of a pixel among the middles of the hours
		return max(0, min(1, (float64(x)/float64(w)*float64(n)-.5)/float64(n-1)))
	}
	for x := range w {
		low := interpolate(place(x), n, func(i int) uint64 { return hours[i].Low })
		high := interpolate(place(x), n, func(i int) uint64 { return hours[i].High })
		d.fill(x, y(high), 1, max(1, y(low)-y(high)), bandInk)
	}
	for x := range w {
		i := min(n-1, x*n/w)
		if !hours[i].Read || during(hours[i].Start, c) {
			continue
		}
		at := y(interpolate(place(x), n, func(i int) uint64 { return hours[i].Seen }))
		before := y(interpolate(place(max(0, x-1)), n, func(i int) uint64 { return hours[i].Seen }))
		d.fill(x, min(at, before)-1, 2, max(at, before)-min(at, before)+3, dataInk)
	}
	for i, h := range hours {
		if !during(h.Start, c) {
			continue
		}
		x, wide := i*w/n, max(6, w/n)
		if h.Read || silence(c) {
			d.fill(x, y(float64(h.Seen))-2, wide, floor-y(float64(h.Seen))+2, hotInk)
		} else {
			d.hatch(x, 4, wide, floor-4)
		}
	}
	return d
}

// drawHours draws the traffic before an unusual hour, where the season is not
// known; the hour in red.
func drawHours(ss []slot, c analyze.Case) drawing {
	d := newDrawing(plotWidth, bandHeight)
	w, floor, n := d.Rect.Dx(), d.Rect.Dy()-8, len(ss)
	d.fill(0, floor, w, 2, greyInk)
	top := busiest(ss)
	for i, s := range ss {
		hot := hot(s, "", []analyze.Case{c})
		h := rounded(float64(s.count) / float64(top) * float64(floor-12))
		if hot {
			h = max(h, 4)
		}
		x := i * w / n
		d.fill(x, floor-h, max(2, (i+1)*w/n-x-2), h, hotOr(dataInk, hot))
	}
	return d
}

// gallery collects the pictures of a mail under their names; nil takes none.
type gallery struct {
	images []Image
	err    error
}

func (g *gallery) hang(d drawing, alt string) *mailPicture {
	if g == nil {
		return &mailPicture{Alt: alt}
	}
	data, err := d.png()
	if err != nil && g.err == nil {
		g.err = err
	}
	name := fmt.Sprintf("chart-%d.png", len(g.images)+1)
	g.images = append(g.images, Image{name, data})
	_, height := d.size()
	return &mailPicture{Src: name, Alt: alt, Height: height}
}

// portrait is the picture of one case, nil where nothing of it has a time.
func (r Report) portrait(g *gallery, c analyze.Case) *mailPicture {
	if anomaly(c) {
		return r.seasonPortrait(g, c)
	}
	if len(c.Timeline) == 0 || !r.To.After(r.From) {
		return nil
	}
	a, _ := zoom(c, newAxis(r.From, r.To, r.location()), r.location())
	p := g.hang(drawStrip(a, c), r.eventsBetween(c))
	p.Axis = a.cells(8)
	return p
}

// seasonPortrait draws an unusual hour among the hours before.
func (r Report) seasonPortrait(g *gallery, c analyze.Case) *mailPicture {
	if s, ok := r.seasonOf(c); ok {
		return r.bandPortrait(g, s, c)
	}
	if len(c.Services) == 0 {
		return nil
	}
	from, to := r.weekOf(c)
	ss := slots(r.Hours, c.Services[0], from, to, hourBars)
	if len(ss) < 2 || busiest(ss) < 2 {
		return nil
	}
	caption := "Events an hour of " + c.Services[0] + ". The busiest has " + count(busiest(ss)) + "."
	p := g.hang(drawHours(ss, c), caption)
	p.Axis, p.Caption = newAxis(from, to, r.location()).cells(8), caption
	return p
}

// weekPortrait draws the week of a heartbeat on its band, nil where no season is
// known.
func (r Report) weekPortrait(g *gallery) *mailPicture {
	if len(r.Season) == 0 || len(r.Season[0].Hours) < 2 {
		return nil
	}
	return r.bandPortrait(g, r.Season[0], analyze.Case{})
}

// bandPortrait draws a season, the hours of a case in red.
func (r Report) bandPortrait(g *gallery, s Season, c analyze.Case) *mailPicture {
	caption := s.caption(c)
	p := g.hang(drawBand(s.Hours, c), caption)
	p.Axis, p.Caption = newAxis(s.Hours[0].Start, s.Hours[len(s.Hours)-1].Start.Add(time.Hour), r.location()).cells(8), caption
	return p
}

// eventsBetween says in words what a strip shows.
func (r Report) eventsBetween(c analyze.Case) string {
	if silence(c) {
		return "No lines from " + r.between(c.First, c.Last)
	}
	return counted(c.Events, "event", "events") + ", " + r.between(c.First, c.Last)
}
