// Package traffic plays the logs of one web and mail server: honest visitors,
// nuisances and attacks, with the truth about every address.
//
//	Part ──Spawn──▶ queue of actors, by time ──Act──▶ World.Hit, World.Syslog ──▶ Output
//	  └──Claim, Expect──▶ Truth
//
// It is a discrete event simulation. A Part is one idea (people who read the
// site, a phone with a stale password, a slow scan); it states the truth about
// its addresses and spawns actors. An Actor is called at the moment it asked
// for, writes the lines of that moment, and says when it wants to be called
// again. Lines therefore come out in time order, however many actors play and
// however long, in memory that grows with the actors alone.
//
// The same seed gives the same bytes. Every Part draws from a random stream of
// its own name, so a new Part leaves what the others do as it was.
//
// The package writes logs; it knows nothing of the program that reads them.
package traffic

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// Instant is a moment in nanoseconds since 1970-01-01T00:00:00Z: cheaper to
// order and to add to than a time.Time.
type Instant int64

// At converts a time.
func At(t time.Time) Instant { return Instant(t.UnixNano()) }

// Add returns the instant d later.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d) }

// Sub returns the time passed since j.
func (i Instant) Sub(j Instant) time.Duration { return time.Duration(i - j) }

// Time returns the instant in UTC.
func (i Instant) Time() time.Time { return time.Unix(0, int64(i)).UTC() }

// Done is returned by an actor that has left.
const Done Instant = 0

// Actor plays one part of the traffic.
type Actor interface {
	// Act writes what happens at w.Now() and returns the moment, later than
	// now, at which the actor wants to act again, or Done.
	Act(w *World) Instant
}

// ActorFunc is a function that acts.
type ActorFunc func(w *World) Instant

// Act implements Actor.
func (f ActorFunc) Act(w *World) Instant { return f(w) }

// Part brings one idea into a world: it claims its addresses and spawns its
// actors.
type Part func(w *World)

// Config describes a world.
type Config struct {
	Seed        uint64
	From, Until time.Time
	// Scale multiplies how many people visit the web site; 1 is some 3,500
	// requests a day. The server's own users, machines and attacks do not scale.
	Scale float64
	Style Style
}

// World is the server whose logs are written.
type World struct {
	Truth Truth

	cfg         Config
	from, until Instant
	now         Instant
	queue       queue
	spawned     uint64
	pid         int
	hour        Instant // current hour, and the requests seen in it
	hourHits    int
	format      formatter
	stamp       [logs]Instant // of each log's last line
	out         Output
	err         error
}

// Output takes the finished lines, without line end, in time order. A line is
// valid during the call.
type Output interface {
	WriteLine(log Log, at Instant, line []byte) error
}

// New returns a world in which the given parts play.
func New(cfg Config, out Output, parts ...Part) *World {
	w := &World{cfg: cfg, from: At(cfg.From), until: At(cfg.Until), out: out, pid: 800, format: newFormatter(cfg.Style)}
	w.Truth = Truth{Seed: cfg.Seed, From: cfg.From.UTC(), Until: cfg.Until.UTC()}
	for _, p := range parts {
		p(w)
	}
	return w
}

// Now is the moment that is being played.
func (w *World) Now() Instant { return w.now }

// Rand returns the random stream of that name.
func (w *World) Rand(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(w.cfg.Seed, h.Sum64()))
}

// Scaled multiplies a number of people by the world's scale.
func (w *World) Scaled(n int) int { return max(1, int(float64(n)*w.cfg.Scale)) }

// Spawn lets a act at the given moment, or when the world begins if that is later.
func (w *World) Spawn(at Instant, a Actor) {
	w.spawned++
	w.queue.push(entry{at: max(at, w.from, w.now), seq: w.spawned, actor: a})
}

// Once lets do happen at one moment.
func (w *World) Once(at Instant, do func(w *World)) {
	w.Spawn(at, ActorFunc(func(w *World) Instant {
		do(w)
		return Done
	}))
}

// Run plays the world to its end. The error is that of the output.
func (w *World) Run() error { return w.PlayUntil(w.until.Time()) }

// PlayUntil plays the world up to a moment, from which it can be played on. The
// error is that of the output.
func (w *World) PlayUntil(t time.Time) error {
	until := min(At(t), w.until)
	for len(w.queue) > 0 && w.err == nil {
		e := &w.queue[0]
		if e.at >= until {
			break
		}
		w.now = e.at
		actor, seq := e.actor, e.seq
		w.queue.pop()
		if next := actor.Act(w); next != Done {
			w.queue.push(entry{at: max(next, w.now+1), seq: seq, actor: actor})
		}
	}
	return w.err
}

// HourHits is the number of requests already logged in the current hour.
func (w *World) HourHits() int {
	if hour := w.now - w.now%Instant(time.Hour); hour != w.hour {
		return 0
	}
	return w.hourHits
}

// Hit logs a web request.
func (w *World) Hit(h *Hit) {
	if hour := w.now - w.now%Instant(time.Hour); hour != w.hour {
		w.hour, w.hourHits = hour, 0
	}
	w.hourHits++
	w.write(Access, w.now, w.format.access(w.now, h))
}

// Syslog logs a line of program to the given log; pid 0 leaves the process id out.
func (w *World) Syslog(log Log, program string, pid int, format string, args ...any) {
	// What happens at one moment still takes a program some time to write.
	at := max(w.now, w.stamp[log].Add(173*time.Microsecond))
	w.stamp[log] = at
	w.write(log, at, w.format.syslog(at, program, pid, format, args...))
}

func (w *World) write(log Log, at Instant, line []byte) {
	if w.err == nil {
		w.err = w.out.WriteLine(log, at, line)
	}
}

// PID returns the process id of a new process.
func (w *World) PID() int {
	w.pid += 3
	if w.pid > 4_000_000 {
		w.pid = 800
	}
	return w.pid
}
