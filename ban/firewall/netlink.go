package firewall

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"syscall"

	"golang.org/x/sys/unix"
)

// dumpSize is how much of a dump the kernel hands over at a time: as much as it can
// at most. For each piece it walks a set from the beginning, so that small ones take
// time that grows with the square of the set.
const dumpSize = 32 << 10

// Of the kernel's linux/netlink.h and linux/netfilter/nfnetlink.h, and not in
// golang.org/x/sys.
const (
	sizeofNfgenmsg = 4      // what every message about packet filters begins with
	nlaTypeMask    = 0x3fff // without the flags that stand in an attribute's kind
)

// dumpTries is how often a dump begins anew because another program changed the
// packet filter meanwhile.
const dumpTries = 20

// errInterrupted says that a dump does not hold together.
var errInterrupted = errors.New("others keep changing the packet filter")

// dumpNFT asks the kernel's nf_tables for all objects of a kind (a message such as
// NFT_MSG_GETSET) that a request selects, and hands over the attributes of each,
// which are valid until the next. Before every try it calls begin, to forget what the
// one before has brought. What the request names does not exist: ENOENT.
func dumpNFT(tools Tools, kind int, request []byte, begin func(), each func(attributes []byte) error) error {
	var err error
	for range dumpTries {
		begin()
		if err = dumpOnce(tools, kind, request, each); !errors.Is(err, errInterrupted) {
			break
		}
	}
	if errors.Is(err, unix.EPERM) {
		err = ErrPrivilege
	}
	return err
}

func dumpOnce(tools Tools, kind int, request []byte, each func([]byte) error) error {
	socket, err := tools.netfilter()
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	const header = unix.SizeofNlMsghdr + sizeofNfgenmsg
	message := binary.NativeEndian.AppendUint32(nil, uint32(header+len(request)))
	message = binary.NativeEndian.AppendUint16(message, uint16(unix.NFNL_SUBSYS_NFTABLES<<8|kind))
	message = binary.NativeEndian.AppendUint16(message, unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	message = append(message, 0, 0, 0, 0, 0, 0, 0, 0) // a number and a port, which one question does not need
	message = append(message, unix.NFPROTO_INET, unix.NFNETLINK_V0, 0, 0)
	if err := unix.Sendto(socket, append(message, request...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	piece, interrupted := make([]byte, dumpSize), false
	for {
		n, from, err := unix.Recvfrom(socket, piece, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil {
			return err
		}
		if kernel, ok := from.(*unix.SockaddrNetlink); !ok || kernel.Pid != 0 {
			continue // some other program's
		}
		answers, err := syscall.ParseNetlinkMessage(piece[:n])
		if err != nil {
			return err
		}
		for _, a := range answers {
			interrupted = interrupted || a.Header.Flags&unix.NLM_F_DUMP_INTR != 0
			switch {
			case a.Header.Type == unix.NLMSG_DONE && (interrupted || number(a.Data) < 0): // it broke off
				return errInterrupted
			case a.Header.Type == unix.NLMSG_DONE:
				return nil
			case a.Header.Type == unix.NLMSG_ERROR && len(a.Data) >= 4:
				return syscall.Errno(-number(a.Data))
			case len(a.Data) < sizeofNfgenmsg:
				return fmt.Errorf("a message of type %d is cut off", a.Header.Type)
			}
			if err := each(a.Data[sizeofNfgenmsg:]); err != nil {
				return err
			}
		}
	}
}

// number is what stands at the beginning of a message that ends an answer; 0 where
// nothing does.
func number(b []byte) int32 {
	if len(b) < 4 {
		return 0
	}
	return int32(binary.NativeEndian.Uint32(b))
}

// netfilter opens a socket to the kernel's packet filters.
func (t Tools) netfilter() (socket int, err error) {
	open := func() {
		if socket, err = unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_NETFILTER); err != nil {
			return
		}
		limit := unix.NsecToTimeval(t.limit().Nanoseconds())
		if err = unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &limit); err != nil {
			unix.Close(socket)
		}
	}
	if t.inside != nil {
		t.inside(open)
	} else {
		open()
	}
	return socket, err
}

// attribute is one of netlink's.
func attribute(kind uint16, value string) []byte {
	out := binary.NativeEndian.AppendUint16(nil, uint16(4+len(value)+1))
	out = binary.NativeEndian.AppendUint16(out, kind)
	out = append(append(out, value...), 0)
	return append(out, make([]byte, -len(out)&3)...)
}

// attributes walks netlink's attributes: each its kind and its value. What is cut off
// is left out.
func attributes(b []byte) iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= 4 {
			length := int(binary.NativeEndian.Uint16(b))
			if length < 4 || length > len(b) || !yield(binary.NativeEndian.Uint16(b[2:])&nlaTypeMask, b[4:length]) {
				return
			}
			b = b[min(len(b), (length+3)&^3):]
		}
	}
}

// within returns the value of the attribute that a path of kinds leads to; nil where
// there is none.
func within(b []byte, path ...uint16) []byte {
	for _, want := range path {
		var found []byte
		for kind, value := range attributes(b) {
			if kind == want {
				found = value
				break
			}
		}
		b = found
	}
	return b
}
