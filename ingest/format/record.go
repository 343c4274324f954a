package format

import (
	"bytes"
	"net/netip"
	"strings"

	"gumshoe/ingest"
)

// meaning is what a named field of a structured log line (JSON, key=value,
// W3C) tells, whatever its name.
type meaning uint8

const (
	meansNothing   meaning = iota
	meansAddr              // the client
	meansUser              // the account
	meansMessage           // text for people
	meansEvent             // what happened, in a word
	meansError             // why it did not
	meansOutcome           // whether it did
	meansStatus            // HTTP status
	meansMethod            // HTTP method
	meansTarget            // path, with or without query
	meansQuery             // query alone
	meansRequest           // METHOD TARGET PROTO
	meansProto             // HTTP version
	meansVHost             // the host that was asked for
	meansAgent             // user agent
	meansReferer           // referer
	meansBytes             // size of the answer
	meansSeconds           // time to answer in seconds
	meansTime              // when, with date
	meansDate              // the date alone
	meansProgram           // who wrote the line
	meansPID               // its process
	meansMachine           // where it runs
	meansInner             // another log line, whole
	meansShipped           // a name that only shippers of other programs' lines use
	meansForwarded         // the client in the word of a header
	meaningsCount
)

// vocabulary lists the names that a meaning goes by, the most telling first: a
// line with several keeps the value of the first. Names are compared without
// case, dashes, underscores and dots; a nested name is tried with its parent's
// name before it ("user.name" is "username") and alone.
//
// No header that clients send (X-Forwarded-For, X-Real-IP) stands among the
// addresses: these are kept apart.
var vocabulary = map[meaning]string{
	meansAddr: "clientip clientaddr clientaddress clientipaddress clienthost cip sourceipaddress sourceips callerip remip srcip srcaddr sourceip sourceaddress " +
		"requestremoteip remoteip remoteaddr remoteaddress remotehost addrremote originaddress visitorip visitoripaddress userip useripaddress loginip hostip " +
		"peeraddr peerip peeraddress peer rhost ipaddress ipaddr ip ipv4 ipv6 addr ra src client remote realipremoteaddr downstreamremoteaddress",
	meansUser: "attemptedusername targetusername useraccount username useridentityusername remoteuser requestuser csusername loginname accountname accountemail useremail " +
		"clientusername duser suser dstuser srcuser usr user login account identifier uid principal email",
	meansMessage: "message msg text desc description logdesc",
	meansEvent:   "event eventname eventaction action eventtype eventcode operation type sender caller subtype eventid op",
	meansError:   "error errormessage errmsg err reason errorcode exceptionmessage failurereason substatus failuremessage",
	meansOutcome: "outcome eventoutcome success result consolelogin loginresult authresult verdict",
	meansStatus:  "status statuscode httpstatus httpstatuscode responsestatus responsestatuscode httpresponsestatuscode originstatus downstreamstatus scstatus responsecode code elbstatuscode",
	meansMethod:  "method requestmethod httpmethod httprequestmethod csmethod verb reqmethod",
	meansTarget:  "uri requesturi requestpath path url urloriginal urlpath httppath httpurl requesturl csuristem requri requrl target",
	meansQuery:   "csuriquery querystring requestquery urlquery args query",
	meansRequest: "request requestline httprequest req",
	meansProto:   "protocol serverprotocol requestprotocol proto httpversion httprequestversion csversion csprotocolversion requestproto httpprotocol",
	meansVHost:   "vhost httphost requesthost cshost xhostheader servername authority reqhost headershost domain",
	meansAgent:   "useragent httpuseragent requestuseragent requestheadersuseragent useragentoriginal csuseragent agent ua headersuseragent",
	meansReferer: "referer httpreferer httpreferrer requestreferer requestreferrer httprequestreferrer csreferer headersreferer referrer",
	meansBytes:   "bodybytessent bytessent responsebodysize size bytes scbytes downstreamcontentsize responsesize",
	meansSeconds: "requesttime timetaken duration elapsed",
	meansTime: "realtimetimestamp sourcerealtimetimestamp timestamp requestreceivedtimestamp time ts eventtime datetime timelocal timeiso8601 startutc " +
		"starttime isotime asctime systemtime createdat t timecreated logtime msec",
	meansDate:    "date",
	meansProgram: "syslogidentifier program appname application comm processname",
	meansPID:     "syslogpid pid procid processid",
	meansMachine: "hostname machine hostname host computer nodename",
	meansInner:   "log message eventoriginal line",
	meansForwarded: "xforwardedfor httpxforwardedfor headersxforwardedfor xff forwardedfor proxyaddxforwardedfor cfconnectingip httpcfconnectingip " +
		"trueclientip httptrueclientip xrealip httpxrealip forwarded httpforwarded",
	meansShipped: "stream realtimetimestamp agentephemeralid inputtype logfilepath containerid containername kubernetespodname sourcetype fluentdtag",
}

// named is an entry of meaningOf.
type named struct {
	meaning meaning
	rank    uint8 // 0: the most telling name
}

// meaningOf is the vocabulary by name; a name with two meanings has its second in
// alsoMeans.
var meaningOf, alsoMeans = index(vocabulary)

func index(v map[meaning]string) (first, second map[string]named) {
	first, second = map[string]named{}, map[string]named{}
	for m := meansNothing; m < meaningsCount; m++ {
		for i, name := range strings.Fields(strings.ToLower(v[m])) {
			name = strings.ReplaceAll(name, "_", "")
			if old, taken := first[name]; !taken {
				first[name] = named{m, uint8(min(i, 255))}
			} else if old.meaning != m {
				second[name] = named{m, uint8(min(i, 255))}
			}
		}
	}
	return first, second
}

// maxName is the longest name that can be in the vocabulary.
const maxName = 48

// fold writes the letters and digits of a name in lower case.
func fold(into []byte, name []byte) []byte {
	for _, c := range name {
		if len(into) == maxName {
			break
		}
		switch {
		case c >= 'A' && c <= 'Z':
			into = append(into, c|0x20)
		case digit(c), letter(c):
			into = append(into, c)
		}
	}
	return into
}

// record is a structured line: its values by meaning.
type record struct {
	value [meaningsCount][]byte
	rank  [meaningsCount]uint8
	heard tone // of all that says what happened
	torn  bool // one name, two addresses: the line was tampered with
	open  bool // values are not escaped, and a client's may go on with fields of its own making
}

func (r *record) reset() { *r = record{} }

// has reports whether the record has a value with the meaning.
func (r *record) has(m meaning) bool { return len(r.value[m]) > 0 }

// set files a value under its name.
func (r *record) set(parent, name, value []byte, foreign bool) {
	if len(value) == 0 || len(value) == 1 && value[0] == '-' || len(name) == 0 {
		return
	}
	var space [2 * maxName]byte
	if len(parent) > 0 {
		joined := fold(space[:0], parent)
		joined = fold(joined, name)
		if r.file(joined, value, foreign) {
			return
		}
	}
	r.file(fold(space[:0], name), value, foreign || notClient(parent))
}

// notClient reports whether fields inside an object of this name are about the
// other end of the connection.
func notClient(parent []byte) bool {
	return anyFold(parent, "server", "dest", "destination", "dst", "local", "host", "target", "upstream", "backend", "listener", "node", "pod", "observer", "agent")
}

func (r *record) file(name, value []byte, foreign bool) bool {
	n, ok := meaningOf[string(name)]
	if !ok {
		return false
	}
	r.keep(n, value, foreign)
	if other, ok := alsoMeans[string(name)]; ok {
		r.keep(other, value, foreign)
	}
	return true
}

// keep files a value unless a better one is there. A foreign value stands
// among headers or parameters that the client sent: such may name an account or
// an agent, never an address.
func (r *record) keep(n named, value []byte, foreign bool) {
	m := n.meaning
	if foreign && m != meansUser && m != meansAgent && m != meansReferer && m != meansVHost {
		return
	}
	if m == meansStatus && !isStatus(value) {
		m = meansOutcome
	}
	if m == meansAddr {
		if _, ok := clientAddress(value); !ok {
			return
		}
		same := n.rank+1 == r.rank[m] || r.open
		r.torn = r.torn || r.has(m) && same && !bytes.Equal(r.value[m], value)
	}
	switch m {
	case meansEvent, meansError, meansMessage, meansOutcome:
		r.heard |= listen(value)
	}
	rank := n.rank + 1
	if foreign {
		rank += 100
	}
	if old := r.rank[m]; old == 0 || rank < old {
		r.value[m], r.rank[m] = value, rank
	}
}

func isStatus(b []byte) bool {
	n, ok := number(b)
	return ok && len(b) == 3 && n >= 100 && n < 600
}

// clientAddress reads an address field: with or without a port, or a list that
// proxies made, "CLIENT, PROXY1, PROXY2". Each proxy appended whom it heard, so
// a list is read from the right, past the addresses of private networks: the
// operator's own proxies. What stands further left may be the client's word.
func clientAddress(b []byte) (netip.Addr, bool) {
	var private netip.Addr
	for len(b) > 0 {
		item := b
		if i := bytes.LastIndexByte(b, ','); i >= 0 {
			item, b = b[i+1:], b[:i]
		} else {
			b = nil
		}
		item = bytes.TrimPrefix(bytes.TrimSpace(item), []byte("/")) // Java writes "/192.0.2.1:4711"
		a, ok := address(item)
		if !ok {
			host, port := splitPort(item, false)
			if a, ok = address(host); !ok || !port {
				break
			}
		}
		if a.IsUnspecified() {
			break
		}
		if !a.IsPrivate() && !a.IsLoopback() {
			return a, true
		}
		private = a
	}
	return private, private.IsValid()
}

// envelope files who wrote the line and when.
func (r *record) envelope(c *clock, ev *ingest.Event) {
	ev.Time = r.time(c)
	ev.Program, ev.PID, ev.Host = r.value[meansProgram], r.value[meansPID], r.value[meansMachine]
}

func (r *record) time(c *clock) int64 {
	if t, ok := c.anyStamp(r.value[meansTime]); ok {
		return t
	}
	date, at := r.value[meansDate], r.value[meansTime]
	if len(date) == 10 && len(at) >= 8 && len(at) < 20 {
		var joined [32]byte
		b := append(append(append(joined[:0], date...), ' '), at...)
		if t, _, ok := c.isoStamp(b); ok {
			return t
		}
	}
	return 0
}

// anyStamp reads a stamp that fills a field.
func (c *clock) anyStamp(b []byte) (t int64, ok bool) {
	if len(b) < 9 {
		return 0, false
	}
	if t, ok = epochField(b); ok {
		return t, true
	}
	if b[0] == '[' {
		b = b[1:]
	}
	t, _, ok = c.headStamp(b)
	return t, ok
}

// epochField reads a count since 1970 in seconds, milli-, micro- or nanoseconds,
// told apart by its digits, with an optional fraction.
func epochField(b []byte) (t int64, ok bool) {
	n, i := int64(0), 0
	for i < len(b) && digit(b[i]) && i < 19 {
		n = n*10 + int64(b[i]-'0')
		i++
	}
	var s civil
	rest := fraction(b[i:], &s)
	if len(rest) > 0 && (rest[0]|0x20 != 'e' || i != 1) {
		return 0, false
	}
	switch {
	case len(rest) > 0:
		return exponentField(b)
	case i == 9 || i == 10:
		return n*msSecond + int64(s.ms), true
	case i == 13:
		return n, true
	case i == 16:
		return n / 1000, true
	case i == 19:
		return n / 1e6, true
	}
	return 0, false
}

// exponentField reads seconds as some JSON writers print them, "1.7e+09" with
// all digits kept: "1.7636328001234e+09".
func exponentField(b []byte) (t int64, ok bool) {
	mantissa, exponent, _ := bytes.Cut(bytes.ToLower(b), []byte("e"))
	if string(bytes.TrimLeft(exponent, "+0")) != "9" || len(mantissa) < 3 || mantissa[1] != '.' {
		return 0, false
	}
	t = int64(mantissa[0] - '0')
	digits := mantissa[2:]
	for i := range 12 { // to milliseconds
		t *= 10
		if i < len(digits) && digit(digits[i]) {
			t += int64(digits[i] - '0')
		}
	}
	return t, true
}
