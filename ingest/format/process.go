package format

import (
	"net/netip"

	"gumshoe/ingest"
)

// process is what earlier lines of one process told of its client.
type process struct {
	key     uint64
	addr    netip.Addr
	counted bool  // an event for this connection's failure was given
	pending bool  // an attempt failed, but no line with an address has told of it
	broke   bool  // the connection broke before authentication
	claimed bool  // an account that does not exist was announced, and no failure followed
	left    bool  // the client has said goodbye
	tried   uint8 // length of the account that pending is about
	account *[longestTried]byte
}

// longestTried is how much of such an account is kept. Few processes have one.
const longestTried = 64

// processTable remembers the processes of one parser by process id. It is
// direct-mapped and thus bounded: a newer process evicts an older one that
// falls on the same slot.
type processTable struct {
	slots []process // allocated at first use
}

const processSlots = 1024 // power of two; a busy sshd has a few hundred connections before authentication

// of returns the record of the process that wrote the line, empty at first, or
// nil for a line without a process id.
func (t *processTable) of(ev *ingest.Event) *process {
	if len(ev.PID) == 0 {
		return nil
	}
	if t.slots == nil {
		t.slots = make([]process, processSlots)
	}
	var h ingest.Hash
	key := h.Bytes(ev.PID)
	if len(ev.Host) > 0 { // one file may hold the lines of many hosts
		key = (key ^ h.Bytes(ev.Host)*0x9e3779b97f4a7c15) | 1
	}
	p := &t.slots[key>>32&(processSlots-1)]
	if p.key != key {
		*p = process{key: key, account: p.account}
	}
	return p
}

// saw notes the address of the process's client.
func (p *process) saw(a netip.Addr) {
	if p != nil && a.IsValid() {
		p.addr = a
	}
}

// failed notes that the connection's failure has been told.
func (p *process) failed() {
	if p != nil {
		p.counted, p.pending, p.claimed = true, false, false
	}
}

// claim notes an account that does not exist. Where passwords are off, no failure
// follows: the end of the connection is the only trace of the try.
func (p *process) claim() {
	if p != nil {
		p.failed()
		p.claimed = true
	}
}

// leave notes that the client has said goodbye.
func (p *process) leave() {
	if p != nil {
		p.left = true
	}
}

// owe notes an attempt that failed without a line of its own to count.
func (p *process) owe(user []byte) {
	if p != nil && !p.counted {
		p.pending = true
		p.try(user)
	}
}

// try notes the account that the client names.
func (p *process) try(user []byte) {
	if p.account == nil {
		p.account = new([longestTried]byte)
	}
	p.tried = uint8(copy(p.account[:], user))
}

// end forgets the client: the system may give the process id to another. The
// account stays, because the event of this line may point to it.
func (p *process) end() {
	if p != nil {
		p.addr, p.counted, p.pending, p.broke, p.claimed, p.left = netip.Addr{}, false, false, false, false, false
	}
}

// user is the account of the pending attempt.
func (p *process) user() []byte {
	if p.tried == 0 {
		return []byte{}
	}
	return p.account[:p.tried]
}
