package ledger

// application is what SQLite's header says of the file: "gums".
const application = 0x67756d73

// migrations bring a ledger from each version to the next; what is released is
// never changed. Moments are Unix milliseconds, 0 for none. low and high are the
// first and the last address of a prefix, 16 bytes, IPv4 mapped into IPv6. There
// are indexes for what runs ask; a person who asks for a case or a country waits
// the tenth of a second that a hundred thousand bans take to be looked through.
var migrations = []string{`
CREATE TABLE bans (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	root     INTEGER NOT NULL, -- the first of the bans that extend each other
	extends  INTEGER REFERENCES bans(id), -- whose place it took
	prefix   TEXT NOT NULL,
	network  TEXT NOT NULL,    -- the /24 or /48 around it, or itself if wider
	low      BLOB NOT NULL,
	high     BLOB NOT NULL,
	jail     TEXT NOT NULL,
	ports    TEXT NOT NULL,    -- "22,80", or "all"
	action   TEXT NOT NULL,
	"case"   TEXT NOT NULL,
	reason   TEXT NOT NULL,
	evidence TEXT NOT NULL,
	country  TEXT NOT NULL,
	asn      INTEGER NOT NULL,
	begins   INTEGER NOT NULL,
	ends     INTEGER NOT NULL, -- 0: never
	offence  INTEGER NOT NULL,
	by       TEXT NOT NULL,
	run      TEXT NOT NULL,
	driver   TEXT NOT NULL
) STRICT;
CREATE INDEX bans_low ON bans(low);
CREATE INDEX bans_ends ON bans(ends);
CREATE UNIQUE INDEX bans_extends ON bans(extends) WHERE extends IS NOT NULL;

CREATE TABLE lifts (
	ban INTEGER PRIMARY KEY REFERENCES bans(id),
	at  INTEGER NOT NULL,
	by  TEXT NOT NULL,
	why TEXT NOT NULL
) STRICT;

CREATE TABLE exemptions (
	id     INTEGER PRIMARY KEY AUTOINCREMENT,
	prefix TEXT NOT NULL,
	"case" TEXT NOT NULL,
	begins INTEGER NOT NULL,
	ends   INTEGER NOT NULL,
	by     TEXT NOT NULL,
	why    TEXT NOT NULL
) STRICT;

-- Until the first row, automatic bans are short.
CREATE TABLE confirmations (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	at INTEGER NOT NULL,
	by TEXT NOT NULL
) STRICT;

-- What became of handing a run's changes to a driver. The last row of a driver
-- and a run counts.
CREATE TABLE deliveries (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	driver  TEXT NOT NULL,
	run     TEXT NOT NULL,
	at      INTEGER NOT NULL,
	problem TEXT NOT NULL -- '': done
) STRICT;
CREATE INDEX deliveries_of ON deliveries(driver, run, id);
`, `
-- What drivers whose engines cannot be asked have on their hands.
CREATE TABLE deeds (
	driver TEXT NOT NULL,
	key    TEXT NOT NULL,
	ban    TEXT NOT NULL, -- JSON, without its evidence
	done   INTEGER NOT NULL,
	PRIMARY KEY (driver, key)
) STRICT, WITHOUT ROWID;
`}
