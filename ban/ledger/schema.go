package ledger

// application is what SQLite's header says of the file: "gums".
const application = 0x67756d73

// migrations bring a ledger from each version to the next; what is released is
// never changed. Moments are Unix milliseconds, 0 for none. There are indexes for
// what runs ask; a person who asks for a case or a country waits the tenth of a
// second that a hundred thousand bans take to be looked through.
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
`, `
-- What a botnet's bans have in common is written once: a hundred thousand of them
-- take a third of the time and of the room.
CREATE TABLE decisions (
	id      INTEGER PRIMARY KEY,
	jail    TEXT NOT NULL,
	ports   TEXT NOT NULL,    -- "22,80", or "all"
	action  TEXT NOT NULL,
	"case"  TEXT NOT NULL,
	reason  TEXT NOT NULL,
	country TEXT NOT NULL,    -- of the banned
	asn     INTEGER NOT NULL, -- of the banned
	offence INTEGER NOT NULL,
	by      TEXT NOT NULL,
	run     TEXT NOT NULL,
	driver  TEXT NOT NULL
) STRICT;
DROP INDEX bans_low;
DROP INDEX bans_ends;
DROP INDEX bans_extends;
ALTER TABLE bans RENAME TO old_bans;
ALTER TABLE lifts RENAME TO old_lifts;
CREATE TABLE bans (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	root     INTEGER NOT NULL, -- the first of the bans that extend each other
	extends  INTEGER REFERENCES bans(id), -- whose place it took
	decision INTEGER NOT NULL REFERENCES decisions(id),
	prefix   BLOB NOT NULL,    -- 16 bytes of address, IPv4 mapped into IPv6, and one of length, up to 128
	begins   INTEGER NOT NULL,
	ends     INTEGER NOT NULL, -- 0: never
	evidence TEXT NOT NULL
) STRICT;
CREATE TABLE lifts (
	ban INTEGER PRIMARY KEY REFERENCES bans(id),
	at  INTEGER NOT NULL,
	by  TEXT NOT NULL,
	why TEXT NOT NULL
) STRICT;
INSERT INTO decisions SELECT min(id), jail, ports, action, "case", reason, country, asn, offence, by, run, driver
	FROM old_bans GROUP BY jail, ports, action, "case", reason, country, asn, offence, by, run, driver;
INSERT INTO bans SELECT id, root, extends,
	min(id) OVER (PARTITION BY jail, ports, action, "case", reason, country, asn, offence, by, run, driver),
	unhex(hex(low) || printf('%02X', substr(prefix, instr(prefix, '/') + 1) + 96 * (instr(prefix, ':') = 0))), begins, ends, evidence
	FROM old_bans ORDER BY id;
INSERT INTO lifts SELECT * FROM old_lifts;
DELETE FROM sqlite_sequence WHERE name = 'bans';
INSERT INTO sqlite_sequence SELECT 'bans', seq FROM sqlite_sequence WHERE name = 'old_bans';
DROP TABLE old_lifts;
DROP TABLE old_bans;
CREATE INDEX bans_prefix ON bans(prefix);
CREATE INDEX bans_ends ON bans(ends);
CREATE UNIQUE INDEX bans_extends ON bans(extends) WHERE extends IS NOT NULL;
`}
