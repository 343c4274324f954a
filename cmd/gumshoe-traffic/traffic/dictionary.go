package traffic

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// listedPaths is a scanner's list: the doors of things that people administer,
// configurations, backups, each in several places. None exists on the server.
var listedPaths = buildListedPaths()

func buildListedPaths() []string {
	out := slices.Concat(adminPaths, scannerPaths)
	files := []string{"wp-login.php", "wp-config.php.bak", "phpmyadmin/index.php", ".env", ".env.bak", ".git/HEAD", "admin/config.php", "backup.sql", "backup.zip", "dump.sql.gz",
		"config.php.old", "phpinfo.php", "info.php", "shell.php", "administrator/index.php", "user/login", "web.config", "server-status", "xmlrpc.php", "solr/admin/info/system",
		"jenkins/login", "manager/status", "setup.php", "install.php", "debug/default/view", "telescope/requests", ".aws/credentials", ".ssh/id_rsa", "api/v1/.env", "storage/logs/laravel.log"}
	for _, dir := range []string{"/", "/old/", "/new/", "/test/", "/dev/", "/backup/", "/blog/", "/shop/", "/site/", "/www/", "/public/", "/app/"} {
		for _, f := range files {
			if p := dir + f; !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// nouns make paths that stand on no list, and names of accounts.
var nouns = []string{"harbor", "ledger", "meadow", "orchid", "pepper", "quartz", "ribbon", "saddle", "timber", "velvet", "walnut", "yonder", "anchor", "bamboo", "copper", "dragon",
	"ember", "falcon", "garnet", "hazel", "indigo", "jasper", "kettle", "lantern", "marble", "nectar", "olive", "pebble", "quiver", "raven", "sorrel", "thistle"}

// unlistedPath is a path that no dictionary has and no server answers.
func unlistedPath(rng *rand.Rand) string {
	suffix := []string{".php", ".aspx", "/", ".json", ".do", ".cgi", ""}
	return fmt.Sprintf("/%s/%s-%d%s", pick(rng, nouns), pick(rng, nouns), rng.IntN(900), pick(rng, suffix))
}

// firstNames are accounts as guessers try them; none exists but those that the
// stories give the server.
var firstNames = []string{"aaron", "adele", "agnes", "alan", "alba", "amir", "anders", "anton", "arne", "astrid", "bea", "bela", "ben", "berta", "bjorn", "bruno", "carla", "cem", "clara", "curt",
	"dana", "david", "derya", "dora", "edgar", "ella", "emil", "enno", "erika", "eva", "fabian", "felix", "fiona", "frank", "frida", "georg", "gerda", "greta", "gustav", "hanna",
	"heidi", "helga", "henri", "hugo", "ida", "igor", "ilse", "inga", "iris", "ivan", "jana", "jens", "jochen", "judith", "julia", "kai", "karin", "klara", "kurt", "lara",
	"lena", "leon", "linda", "lotte", "ludwig", "maja", "manuel", "marta", "max", "mia", "nadja", "nele", "nico", "nils", "nora", "olaf", "olga", "oskar", "otto", "paula",
	"peter", "petra", "pia", "rafael", "ralf", "rita", "robin", "rosa", "ruth", "sonja", "stefan", "susi", "tanja", "theo", "tilda", "tobias", "ulla", "uwe", "vera", "viktor"}

// guessedName is a name of which there are ten thousand.
func guessedName(i int) string {
	n := int(scatter(uint32(i), 14)) % (len(firstNames) * 100)
	return fmt.Sprintf("%s%02d", firstNames[n%len(firstNames)], n/len(firstNames))
}

// draw returns n different elements of a list, in random order.
func draw(rng *rand.Rand, of []string, n int) []string {
	out := make([]string, 0, n)
	for _, i := range rng.Perm(len(of))[:min(n, len(of))] {
		out = append(out, of[i])
	}
	return out
}
