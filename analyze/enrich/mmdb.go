package enrich

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
)

// MMDB is a database in MaxMind's format: GeoLite2, DB-IP Lite, IPinfo Lite and
// whatever else names its fields like one of them.
type MMDB struct {
	reader *maxminddb.Reader
}

// The format's specification: the metadata stands behind this mark within the last
// 128 KiB of a file.
const (
	metadataMark = "\xab\xcd\xefMaxMind.com"
	maxMetadata  = 128 << 10
)

// OpenMMDB opens a database that was read into memory: a mapped file that is
// replaced in place would end the program.
func OpenMMDB(content []byte) (*MMDB, error) {
	r, err := maxminddb.OpenBytes(content)
	if err != nil {
		return nil, fmt.Errorf("not a MaxMind database: %w", err)
	}
	return &MMDB{r}, nil
}

// Lookup implements Database. A record that cannot be read is unknown.
func (m *MMDB) Lookup(a netip.Addr) Place {
	var record map[string]any
	if err := m.reader.Lookup(a).Decode(&record); err != nil {
		return Place{}
	}
	return Place{Country: countryOf(record), ASN: asnOf(record), Org: orgOf(record)}
}

// Credit implements Database, in the words that the licences ask for.
func (m *MMDB) Credit() string {
	kind := strings.ToLower(m.reader.Metadata.DatabaseType)
	for _, c := range []struct{ part, credit string }{
		{"geolite2", "GeoLite2 data created by MaxMind, www.maxmind.com"},
		{"dbip", "IP geolocation by DB-IP, db-ip.com, CC BY 4.0"},
		{"ipinfo", "IP address data by IPinfo, ipinfo.io, CC BY-SA 4.0"},
	} {
		if strings.Contains(kind, c.part) {
			return c.credit
		}
	}
	return ""
}

// countryOf reads {"country": {"iso_code": "DE"}} of GeoLite2 and DB-IP,
// {"country_code": "DE"} of IPinfo Lite, {"country": "DE"} of IPinfo's older files.
// Where a network is used goes before where it is registered.
func countryOf(record map[string]any) string {
	for _, key := range []string{"country", "country_code", "registered_country"} {
		v := record[key]
		if nested, ok := v.(map[string]any); ok {
			v = nested["iso_code"]
		}
		if s, ok := v.(string); ok {
			if code := countryCode(strings.ToUpper(s)); code != "" {
				return code
			}
		}
	}
	return ""
}

// asnOf reads a number, or "AS64496" of IPinfo.
func asnOf(record map[string]any) uint32 {
	for _, key := range []string{"autonomous_system_number", "asn"} {
		switch v := record[key].(type) {
		case uint64:
			if v < 1<<32 {
				return uint32(v)
			}
		case string:
			if n, err := strconv.ParseUint(strings.TrimPrefix(v, "AS"), 10, 32); err == nil {
				return uint32(n)
			}
		}
	}
	return 0
}

func orgOf(record map[string]any) string {
	for _, key := range []string{"autonomous_system_organization", "as_name"} {
		if s, ok := record[key].(string); ok {
			return organisation(s)
		}
	}
	return ""
}
