package report

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// drawing is a small picture of rectangles and lines on a transparent ground. It
// holds no text: axes and captions are text of the mail, so that they scale and
// are read when pictures are off.
type drawing struct{ *image.Paletted }

// inks are the palette of every drawing.
var inks = color.Palette{color.NRGBA{}, inkData, inkHot, inkGrey, inkBand}

// Indices into inks.
const (
	noInk uint8 = iota
	dataInk
	hotInk
	greyInk
	bandInk
)

// density is pixels a point: screens that people read mail on have two or more.
const density = 2

// newDrawing has width x height points.
func newDrawing(width, height int) drawing {
	return drawing{image.NewPaletted(image.Rect(0, 0, width*density, height*density), inks)}
}

// size returns the width and height in points.
func (d drawing) size() (w, h int) { return d.Rect.Dx() / density, d.Rect.Dy() / density }

// fill paints a rectangle given in pixels; what is outside is cut off.
func (d drawing) fill(x, y, w, h int, ink uint8) {
	r := image.Rect(x, y, x+w, y+h).Intersect(d.Rect)
	for row := r.Min.Y; row < r.Max.Y; row++ {
		line := d.Pix[row*d.Stride : row*d.Stride+d.Rect.Dx()]
		for i := r.Min.X; i < r.Max.X; i++ {
			line[i] = ink
		}
	}
}

// hatch fills a rectangle with slanted lines: nothing is known there.
func (d drawing) hatch(x, y, w, h int) {
	for i := range w {
		for j := range h {
			if (i+j)%12 < 3 {
				d.fill(x+i, y+j, 1, 1, greyInk)
			}
		}
	}
}

// base draws the axis with a small mark at each tick.
func (d drawing) base(a axis) {
	w, h := d.Rect.Dx(), d.Rect.Dy()
	d.fill(0, h-8, w, 2, greyInk)
	for _, t := range a.ticks {
		d.fill(min(w-2, int(a.at(t.at)*float64(w))), h-8, 2, 8, greyInk)
	}
}

// png encodes the picture.
func (d drawing) png() ([]byte, error) {
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.DefaultCompression}
	if err := enc.Encode(&b, d.Paletted); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// interpolate gives the values of hours at place f of them, 0 the first and 1
// the last.
func interpolate(f float64, n int, at func(int) uint64) float64 {
	x := f * float64(n-1)
	i := min(int(x), n-2)
	t := x - float64(i)
	return float64(at(i))*(1-t) + float64(at(i+1))*t
}

// rounded is a coordinate.
func rounded(x float64) int { return int(math.Round(x)) }
