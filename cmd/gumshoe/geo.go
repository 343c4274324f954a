package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gumshoe/analyze/enrich"
)

// usualDatabases are where packages and updaters put databases of countries and
// networks, those that are fresher first.
var usualDatabases = []string{
	"/var/lib/GeoIP/GeoLite2-Country.mmdb", "/var/lib/GeoIP/GeoLite2-ASN.mmdb",
	"/usr/share/GeoIP/GeoLite2-Country.mmdb", "/usr/share/GeoIP/GeoLite2-ASN.mmdb",
	"/usr/share/tor/geoip", "/usr/share/tor/geoip6",
}

// noDatabases is the item of geo.databases that wants none.
const noDatabases = "none"

// maxDatabase bounds a database, which is read into memory, in bytes.
const maxDatabase = 512 << 20

func setDatabase(s *Settings, v, from string) error {
	if v != noDatabases && !filepath.IsAbs(v) {
		return fmt.Errorf("%q is no absolute path; write /var/lib/GeoIP/GeoLite2-ASN.mmdb, or none", v)
	}
	s.Databases = append(s.Databases, Database{v, from})
	return nil
}

func showDatabases(s *Settings) (out []string) {
	for _, d := range s.Databases {
		out = append(out, d.Path)
	}
	return out
}

// databases returns the files to be opened: those that are configured, or those
// that are where they usually are.
func (s *Settings) databases() (paths []string, configured bool) {
	for _, d := range s.Databases {
		configured = true
		if d.Path != noDatabases {
			paths = append(paths, d.Path)
		}
	}
	if configured {
		return paths, true
	}
	own, _ := filepath.Glob(filepath.Join(s.StateDir, "geo", "*.mmdb")) // the pattern is well formed
	for _, name := range []string{"geoip", "geoip6"} {                  // as Tor calls them
		own = append(own, filepath.Join(s.StateDir, "geo", name))
	}
	for _, p := range append(own, usualDatabases...) {
		if _, err := os.Stat(p); err == nil {
			paths = append(paths, p)
		}
	}
	return paths, false
}

// fetchCountries is a command that brings a database of countries from the packages of
// Debian, without the daemon that its package depends on.
func (s *Settings) fetchCountries() string {
	return `cd "$(mktemp -d)" && apt-get download tor-geoipdb && dpkg-deb -x tor-geoipdb_*.deb . && install -D -m 644 -t ` + filepath.Join(s.StateDir, "geo") + " usr/share/tor/geoip*"
}

// openDatabases opens the databases. What cannot be opened is told and left out:
// then countries are unknown, and nothing else changes.
func (a *app) openDatabases(j *job, tell func(string)) []enrich.Database {
	paths, configured := j.Settings.databases()
	if len(paths) == 0 && !configured && !j.AdHoc() {
		tell("countries of addresses are unknown: there is no database of them (gumshoe doctor says what brings one; geo.databases: [none] ends this note)")
	}
	return a.databasesAt(paths, tell)
}

func (a *app) databasesAt(paths []string, tell func(string)) (out []enrich.Database) {
	for _, p := range paths {
		content, err := readDatabase(p)
		var d enrich.Database
		if err == nil {
			d, err = enrich.Open(content)
		}
		if err != nil {
			tell(fmt.Sprintf("countries and networks are not looked up in %s: %v", p, err))
			continue
		}
		a.detail("countries and networks from %s", p)
		out = append(out, d)
	}
	return out
}

func readDatabase(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxDatabase+1))
	if err == nil && len(content) > maxDatabase {
		err = fmt.Errorf("larger than %d MiB", maxDatabase>>20)
	}
	return content, err
}
