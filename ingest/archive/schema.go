package archive

// The rows. One flat struct a kind of file; the comment of a field is its
// documentation in docs/ARCHIVE.md, which a test keeps equal.
//
// A file is written with SchemaVersion in its metadata. The schema grows by new
// columns whose zero value means "not known"; a column never changes its type
// or meaning, so that old files are read forever.
//
// A set of identifiers takes three columns. X lists its members, ascending, as
// long as there are at most 64. A larger set is the 1024 registers of a
// HyperLogLog instead, X_sketch: one byte each; the top ten bits of a member
// choose the register, which holds the greatest position of the first one among
// the other bits, from 1. Two sketches are merged by taking the greater of each
// register, a list is added to a sketch member by member. X_count is the size of
// the set, estimated when it is a sketch.

// SchemaVersion is written into every file and manifest.
const SchemaVersion = 1

// MaxMembers is the size of the largest set that is listed.
const MaxMembers = 64

// Registers is the size of a sketch in bytes.
const Registers = 1024

// Address is what one source did on one service in one hour or, folded, in one
// day: a v4 address or a v6 /64. Files are sorted by address, start, service,
// log, host. A row without a failure, probe or login is a plain visit; Fold sums
// the plain visits of a day.
type Address struct {
	Address Addr   `parquet:"address"`                            // the source: v4 as ::ffff:a.b.c.d, v6 with the lower 64 bits cleared
	Start   Milli  `parquet:"start,timestamp(millisecond),delta"` // begin of the hour or day, UTC
	Span    uint32 `parquet:"span,delta"`                         // seconds: 3600, or 86400 of a day of plain visits
	Hours   uint32 `parquet:"hours,delta"`                        // bit per hour of the day, UTC, in which the source was seen
	Host    string `parquet:"host,dict"`                          // machine that wrote the archive
	Log     string `parquet:"log,dict"`                           // log that the lines stand in, rotated parts included
	Service string `parquet:"service,dict"`                       // what the source talked to: sshd, http, smtp, ...
	First   Milli  `parquet:"first,timestamp(millisecond),delta"` // first event
	Last    Milli  `parquet:"last,timestamp(millisecond),delta"`  // last event
	Minutes uint64 `parquet:"minutes"`                            // bit per minute of the hour with an event; of a day: of any hour

	Events  uint32 `parquet:"events,delta"`  // happenings of any kind
	Good    uint32 `parquet:"good,delta"`    // logins; web: 2xx and 3xx without hostile content
	Bad     uint32 `parquet:"bad,delta"`     // failed logins, refusals; web: 4xx
	Errors  uint32 `parquet:"errors,delta"`  // web: 5xx
	Probes  uint32 `parquet:"probes,delta"`  // hostile content or protocol
	Same    uint32 `parquet:"same,delta"`    // web: adjacent requests less than a minute apart with the same agent
	Diff    uint32 `parquet:"diff,delta"`    // web: the same with another agent
	Clients uint16 `parquet:"clients,delta"` // bit per kind of agent: 0 unknown, 1 browser, 2 crawler, 3 feed reader, 4 monitor, 5 library, 6 scanner, 7 app, 8 empty

	Documents uint64 `parquet:"documents"`   // web: bit per kind of document answered well, of 64 kinds by a keyed hash of path and query; of a day: of any hour
	Parts     uint8  `parquet:"parts,delta"` // web: images, scripts, style sheets answered well, at most 255

	Authenticated bool `parquet:"authenticated"` // web: a 2xx with an authenticated user
	Claimed       bool `parquet:"claimed"`       // an agent carried the name of a search engine
	Odd           bool `parquet:"odd"`           // an agent that no living browser sends
	Wrote         bool `parquet:"wrote"`         // web: POST, PUT or DELETE
	Assets        bool `parquet:"assets"`        // web: an image, script or style sheet was answered well
	Partial       bool `parquet:"partial"`       // only failures and probes were counted: there were too many sources

	Touches     uint32 `parquet:"touches,delta"` // failures, probes and logins kept as rows of kind touch
	TouchesFull bool   `parquet:"touches_full"`  // there were more than were kept

	GoodNames       []uint64 `parquet:"good_names,list" parquet-element:",dict"` // ids of accounts logged in to; web: of paths answered well
	GoodNamesSketch []byte   `parquet:"good_names_sketch"`                       // registers, or empty
	GoodNamesCount  uint32   `parquet:"good_names_count,delta"`                  // size of the set
	BadNames        []uint64 `parquet:"bad_names,list" parquet-element:",dict"`  // ids of accounts that failed; web: of paths answered 4xx
	BadNamesSketch  []byte   `parquet:"bad_names_sketch"`                        // registers, or empty
	BadNamesCount   uint32   `parquet:"bad_names_count,delta"`                   // size of the set
	Agents          []uint64 `parquet:"agents,list" parquet-element:",dict"`     // ids of user agents, as in agent rows
	AgentsSketch    []byte   `parquet:"agents_sketch"`                           // registers, or empty
	AgentsCount     uint32   `parquet:"agents_count,delta"`                      // size of the set
}

// Tally is what the rows of accounts, paths, agents and services have in common:
// one of them in one hour, as one log tells. Files are sorted by id, start,
// service, log, host.
type Tally struct {
	ID      uint64 `parquet:"id"`                                 // keyed hash of the account, path, agent, service or log
	Start   Milli  `parquet:"start,timestamp(millisecond),delta"` // begin of the hour, UTC
	Span    uint32 `parquet:"span,delta"`                         // seconds: 3600
	Host    string `parquet:"host,dict"`                          // machine that wrote the archive
	Log     string `parquet:"log,dict"`                           // log that the lines stand in, rotated parts included
	Service string `parquet:"service,dict"`                       // service on which it was counted; empty for a whole log
	Name    string `parquet:"name,dict"`                          // account in lower case; vhost and path template, agent, service or log, verbatim: hostile text; empty: not kept
	First   Milli  `parquet:"first,timestamp(millisecond),delta"` // first event
	Last    Milli  `parquet:"last,timestamp(millisecond),delta"`  // last event

	Events      uint32 `parquet:"events,delta"`       // happenings of any kind
	Good        uint32 `parquet:"good,delta"`         // logins; web: 2xx and 3xx without hostile content
	Bad         uint32 `parquet:"bad,delta"`          // failed logins, refusals; web: 4xx
	Errors      uint32 `parquet:"errors,delta"`       // web: 5xx
	Probes      uint32 `parquet:"probes,delta"`       // requests with hostile content
	ProbeErrors uint32 `parquet:"probe_errors,delta"` // of those, answered 5xx other than 502, 503, 504
	Static      uint32 `parquet:"static,delta"`       // web: images, scripts, style sheets answered well

	GoodSources       []uint64 `parquet:"good_sources,list" parquet-element:",dict"` // ids of sources that got what they asked for
	GoodSourcesSketch []byte   `parquet:"good_sources_sketch"`                       // registers, or empty
	GoodSourcesCount  uint32   `parquet:"good_sources_count,delta"`                  // size of the set
	BadSources        []uint64 `parquet:"bad_sources,list" parquet-element:",dict"`  // ids of sources that failed or were refused
	BadSourcesSketch  []byte   `parquet:"bad_sources_sketch"`                        // registers, or empty
	BadSourcesCount   uint32   `parquet:"bad_sources_count,delta"`                   // size of the set
}

// Account is one account of a service in one hour.
type Account struct {
	Tally
	Exists bool `parquet:"exists"` // a line says that it exists, or it logged in
	Absent bool `parquet:"absent"` // a line says that it does not exist
}

// Path is one path template of a vhost in one hour.
type Path struct {
	Tally
	Traits      uint16 `parquet:"traits,delta"` // bits: 1 static, 2 neutral, 4 vocabulary of scanners, 8 sensitive, 16 feed, 32 login form, 64 query string
	Sized       uint64 `parquet:"sized"`        // of requests with a query and without hostile content: answers 200 with a body
	SizeLogs    uint64 `parquet:"size_logs"`    // sum of their sizes' logarithms to the base 2, in sixteenths
	SizeSquares uint64 `parquet:"size_squares"` // sum of the squares of these
	Slow        uint64 `parquet:"slow"`         // of the same requests: those that took two seconds and more
}

// Agent is one user agent in one hour.
type Agent struct {
	Tally
	Client string `parquet:"client,dict"` // what it is: browser, crawler, library, scanner, ...
	Claim  string `parquet:"claim,dict"`  // search engine whose name it carries, or empty
}

// Service is everything on a service in one hour, or everything in a log.
type Service struct {
	Tally
	Whole bool `parquet:"whole"` // a whole log; false: a service
}

// Touch is one event worth remembering singly: a failure, a probe, a login, a
// session. Files are sorted by address, time and the rest of the row.
type Touch struct {
	Address Addr   `parquet:"address"`                           // the source, as in address rows; all zero: the event belongs to the account alone
	Time    Milli  `parquet:"time,timestamp(millisecond),delta"` // of the event
	Host    string `parquet:"host,dict"`                         // machine that wrote the archive
	Log     string `parquet:"log,dict"`                          // log that the line stands in, rotated parts included
	Service string `parquet:"service,dict"`                      // what the source talked to
	Name    uint64 `parquet:"name,dict"`                         // id of the account or path that was touched; 0: none
	Action  string `parquet:"action,dict"`                       // auth_failure, invalid_user, auth_success, http_request, probe, session, ...
	Status  uint16 `parquet:"status,delta"`                      // HTTP status; 0: none
	Stage   uint8  `parquet:"stage,delta"`                       // how far a payload goes: 0 none, 1 marker, 2 syntax, 3 logic, 4 extract, 5 execute
	Class   string `parquet:"class,dict"`                        // kinds of hostile content, with commas: sqli, xss, lfi, ...; empty: none
	Shape   uint64 `parquet:"shape,dict"`                        // keyed hash of the payload with its literals folded, or of which address of its v6 /64 tried to log in; of a request without a payload the number that it asks for; 0: none
	Param   string `parquet:"param,dict"`                        // parameter that carried the payload: hostile text; empty: the path itself, or none
	Bytes   uint32 `parquet:"bytes,delta"`                       // web: body of the answer; 0: empty, or not logged
	Took    uint16 `parquet:"took,delta"`                        // web: hundredths of a second until the answer; 0: less than one, or not logged
	Wait    uint8  `parquet:"wait,delta"`                        // seconds that a payload asks the server to wait; 0: none
	Reads   bool   `parquet:"reads"`                             // a payload asks for /etc/passwd
	Via     string `parquet:"via,dict"`                          // session: the service it was opened on
	Count   uint32 `parquet:"count,delta"`                       // happenings the line stands for
	Key     bool   `parquet:"key"`                               // login by key or certificate
	Absent  bool   `parquet:"absent"`                            // the account does not exist
	Post    bool   `parquet:"post"`                              // a POST request
	Text    string `parquet:"text"`                              // the line, without passwords and tokens: hostile text; empty: not kept
}

// Row is any kind of row.
type Row interface {
	Address | Account | Path | Agent | Service | Touch
}

// Batch is what one log says of one hour. Host, Log, Start, Span and Hours are
// filled in by Put where the rows stand; in what order rows and members come does
// not matter.
type Batch struct {
	Addresses []Address
	Accounts  []Account
	Paths     []Path
	Agents    []Agent
	Services  []Service
	Touches   []Touch
}
