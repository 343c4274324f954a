package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// watchedConn is a connection that cannot be waited on without end: every read
// and write has a deadline of its own, the end of the context closes it, and
// what the other side says is bounded, so that a banner without end fills no
// memory.
type watchedConn struct {
	net.Conn
	step time.Duration
	left int // bytes that the other side may still send
	over func() error
	stop func() bool
}

// maxHeard is more than any server has to say in one session: a certificate
// chain, a banner, an answer to each command.
const maxHeard = 1 << 20

var errTalkative = errors.New("the server sends without end")

// watch guards a connection until ctx ends or it is closed.
func watch(ctx context.Context, conn net.Conn, step time.Duration) *watchedConn {
	return &watchedConn{
		Conn: conn,
		step: step,
		left: maxHeard,
		over: ctx.Err,
		stop: context.AfterFunc(ctx, func() { conn.Close() }),
	}
}

func (c *watchedConn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errTalkative
	}
	if err := c.Conn.SetReadDeadline(time.Now().Add(c.step)); err != nil {
		return 0, c.why(err)
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, c.why(err)
}

func (c *watchedConn) Write(p []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(time.Now().Add(c.step)); err != nil {
		return 0, c.why(err)
	}
	n, err := c.Conn.Write(p)
	return n, c.why(err)
}

func (c *watchedConn) Close() error {
	c.stop()
	return c.Conn.Close()
}

// why names the end of the context as the cause of an error that it brought
// about.
func (c *watchedConn) why(err error) error {
	if err != nil && c.over() != nil {
		return c.over()
	}
	return err
}

// errNotLoopback says that clear text was about to leave the machine.
var errNotLoopback = errors.New("clear text is for this machine alone")

// loopbackOnly is a net.Dialer's Control that lets no packet leave the machine:
// it sees the address that a name has led to, not what the name looks like.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !to.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("%s is another machine: %w", address, errNotLoopback)
	}
	return nil
}
