package traffic

import "time"

// StrangerTemplates is how many shapes of lines that name a remote address the
// strangers write. Nobody is asked about the others: they can accuse nobody.
const StrangerTemplates = 5

// Strangers are five daemons that no program knows, each with two shapes of
// lines, one of which names a remote address.
func Strangers(w *World) {
	const peers = "198.19.70.0/24"
	w.Truth.Claim(peers, Honest, "clients of daemons that nobody knows", "")
	rng := w.Rand("strangers")
	addr := func() string { return v4(198<<24 | 19<<16 | 70<<8 | uint32(1+rng.IntN(250))).String() }
	for _, s := range []struct {
		program, plain, remote string
	}{
		{"quillgate", "compacted segment %d in %d ms", "peer %s negotiated session %x"},
		{"tidemarkd", "tide table %d loaded, %d entries", "subscriber %s attached to feed %d"},
		{"ferrystore", "bucket %d rebalanced onto node %d", "client %s uploaded object %x"},
		{"moleproxyd", "circuit %d idle for %d s", "circuit request by %s granted as %d"},
		{"lampwright", "scene %d scheduled at minute %d", "controller %s paired with bridge %x"},
	} {
		w.every(9*time.Minute, .3, rng, func(w *World) { w.Syslog(Auth, s.program, 900, s.plain, rng.IntN(9_000), rng.IntN(900)) })
		w.every(13*time.Minute, .3, rng, func(w *World) { w.Syslog(Auth, s.program, 900, s.remote, addr(), rng.IntN(1<<20)) })
	}
}
