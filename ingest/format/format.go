// Package format knows what the lines of the usual log files say.
//
//	line ─▶ envelope (stamp, host, program, pid) ─▶ messages of one daemon ─▶ Event
//	     └▶ whole-line format (web access log) ────────────────────────────▶ Event
//
// A file has one primary format, found by Detect from the head of the file. A
// line that does not match it is offered to the other formats, so that a file
// with several kinds of lines is still read; the primary's own lines do not pay
// for that.
//
// A new whole-line format is one file and one line in the table formats; a new
// daemon that logs through syslog is one file and one line in the table daemons.
//
// The package refuses to take an address from text that a client chose. User
// names, HELO names, request targets and agents may imitate any part of a line;
// every message is therefore read from the end that the daemon wrote, and where
// a line has two honest readings it yields no address at all.
package format

import (
	"slices"

	"gumshoe/ingest"
)

// lineParser is what a format provides: a parser that can say why.
type lineParser interface {
	ingest.Parser
	ingest.Explainer
}

// setup is what a parser is built from.
type setup struct {
	ingest.Context
	known traits  // what detection saw in the head of the file
	seen  *traits // where the parser notes what it sees itself; never nil
	wraps int     // how many containers the lines come out of

	sampling bool // the parser reads the head of a file for Detect
}

// layout is one line of the table of whole-line formats.
type layout struct {
	name    string
	aliases []string
	new     func(setup) lineParser
}

// formats lists the whole-line formats in the order in which ties are decided
// and odd lines are tried. Access logs come first.
var formats = []layout{
	{"combined", []string{"common", "vhost_combined", "access", "nginx", "apache", "apache2", "httpd", "http"}, newAccess},
	{"dropbear", nil, newDropbearLog},
	{"windows_sshd", nil, newWindowsSSHD},
	{"exim", []string{"mainlog", "rejectlog"}, newEximLog},
	{"vsftpd", nil, newVsftpdLog},
	{"filezilla", nil, newFileZillaLog},
	{"mysql", []string{"mysqld", "mariadb"}, newMySQLLog},
	{"mysql_audit", []string{"server_audit"}, newMySQLAudit},
	{"postgresql", []string{"postgres"}, newPostgresLog},
	{"postgresql_csv", nil, newPostgresCSV},
	{"postgresql_json", nil, newPostgresJSON},
	{"mongodb", []string{"mongod"}, newMongoLog},
	{"mongodb_json", nil, newMongoJSON},
	{"redis", nil, newRedisLog},
	{"mssql", []string{"errorlog"}, newMSSQLLog},
	{"clickhouse", nil, newClickHouseLog},
	{"asterisk", nil, newAsteriskLog},
	{"freeswitch", nil, newFreeSWITCHLog},
	{"ejabberd", nil, newEjabberdLog},
	{"murmur", []string{"mumble"}, newMurmurLog},
	{"teamspeak", []string{"ts3"}, newTeamSpeakLog},
	{"source_server", []string{"srcds", "counter-strike"}, newSourceServerLog},
	{"minecraft", nil, newMinecraftLog},
	{"openvpn", nil, newOpenVPNLog},
	{"named", []string{"bind"}, newNamedLog},
	{"squid", nil, newSquidLog},
	{"3proxy", nil, new3proxyLog},
	{"xrdp", nil, newXrdpLog},
	{"guacamole", nil, newGuacamole},
	{"samba", []string{"smbd"}, newSambaLog},
	{"routeros", []string{"mikrotik"}, newRouterOSLog},
	{"kerio", nil, newKerioLog},
	{"domino", nil, newDominoLog},
	{"oracle_ims", []string{"oracleims"}, newOracleIMSLog},
	{"exchange", nil, newExchangeLog},
	{"exchange_smtp", nil, newExchangeSMTP},
	{"stalwart", nil, newStalwartLog},
	{"directadmin", nil, newDirectAdminLog},
	{"hestiacp", []string{"hestia", "vesta"}, newHestiaLog},
	{"cpanel", []string{"login_log"}, newCPanelLog},
	{"zoneminder", nil, newZoneMinderLog},
	{"monit", nil, newMonitLog},
	{"auditd", []string{"audit.log"}, newAuditLog},
	{"netscaler", []string{"citrix"}, newNetScalerLog},
	{"f5_asm", []string{"app_protect"}, newASMLog},
	{"bigip", []string{"f5"}, newBigIPLog},
	{"pf", []string{"pflog"}, newPFLog},
	{"emqx", nil, newEMQXLog},
	{"zeek", []string{"bro"}, newZeekLog},
	{"oracle_listener", []string{"tnslsnr"}, newOracleListener},
	{"oracle_audit", nil, newOracleAudit},
	{"firebird", nil, newFirebird},
	{"journal_verbose", nil, newVerboseJournal},
	{"nsd", []string{"unbound"}, newDNSOwnLog},
	{"cups", []string{"cupsd"}, newCupsLog},
	{"assp", nil, newASSPLog},
	{"portsentry", nil, newPortsentryHistory},
	{"slapd", []string{"openldap"}, newSlapdLog},
	{"ceph", nil, newCephLog},
	{"radosgw", nil, newRadosGateway},
	{"charon", []string{"strongswan"}, newCharonLog},
	{"cowrie", nil, newCowrieJSON},
	{"endlessh", nil, newEndlesshLog},
	{"sshesame", nil, newSSHesameLog},
	{"supavisor", nil, newSupavisorLog},
	{"conversation", []string{"softether", "axigen", "rabbitmq", "389ds"}, newConversationLog},
	{"fail2ban", nil, newFail2banLog},
	{"suricata", []string{"eve"}, newSuricataEVE},
	{"suricata_fast", []string{"snort"}, newSuricataFast},
	{"nginx_proxy_manager", []string{"npmplus"}, newProxyManager},
	{"aws_elb", []string{"alb", "elb"}, newLoadBalancer},
	{"aws_s3", nil, newS3Access},
	{"istio", []string{"envoy"}, newIstio},
	{"uvicorn", []string{"synapse"}, newPythonAccess},
	{"uwsgi", nil, newUWSGI},
	{"rails", []string{"puma"}, newRailsLog},
	{"cpanel_access", nil, newCPanelAccess},
	{"proxmox_access", []string{"pveproxy", "pmgproxy"}, newProxmoxAccess},
	{"app_access", []string{"zoraxy", "thehive", "couchdb", "romm", "joplin", "vikunja", "forgejo", "gitea", "morgan"}, newAppAccess},
	{"bitbucket", nil, newBitbucketAudit},
	{"panos", []string{"paloalto"}, newPANOSLog},
	{"ispconfig", nil, newISPConfigLog},
	{"gin", []string{"gotify"}, newGinLog},
	{"w3c", []string{"iis", "cloudfront", "vpc_flow"}, newW3C},
	{"windows_event", []string{"winevent"}, newWindowsEvent},
	{"snare", []string{"mswineventlog"}, newSnareLog},
	{"nginx_error", nil, newNginxErrorLog},
	{"apache_error", nil, newApacheErrorLog},
	{"litespeed", []string{"openlitespeed"}, newLiteSpeedLog},
	{"lighttpd", nil, newLighttpdLog},
	{"modsecurity", []string{"modsec_audit"}, newModSecurity},
	{"modsecurity_json", []string{"coraza"}, newModSecurityJSON},
	{"openappsec", nil, newOpenAppSec},
	{"haproxy", nil, newHAProxyLog},
	{"cri", []string{"containerd", "kubernetes"}, newCRILog},
	{"compose", []string{"docker-compose"}, newComposeLog},
	{"zimbra", nil, newZimbraLog},
	{"hmailserver", nil, newHMailServer},
	{"cef", []string{"leef", "arcsight"}, newCEFLog},
	{"json", []string{"docker", "caddy", "traefik"}, newJSONLog},
	{"csv", nil, newCSVLog},
	{"syslog", []string{"auth", "secure", "mail", "messages", "journal", "rfc3164", "rfc5424"}, newSyslog},
	{"bare", []string{"cat"}, newBareLog},
	{"pairs", []string{"logfmt", "keyvalue"}, newPairLog},
	{"plain", []string{"application"}, newPlainLog},
}

// genericName is the format that tries every other one on each line.
const genericName = "generic"

// Names lists the formats that ByName knows, without aliases.
func Names() []string {
	names := make([]string, 0, len(formats)+1)
	for _, f := range formats {
		names = append(names, f.name)
	}
	return append(names, genericName)
}

// ByName returns the format called name. Aliases and the names of daemons are
// accepted too: "sshd" is the syslog format.
func ByName(name string) (ingest.Format, bool) {
	if name == genericName {
		return &chosen{primary: -1, known: unsampled}, true
	}
	for i, f := range formats {
		if f.name == name || slices.Contains(f.aliases, name) {
			return &chosen{primary: i, known: unsampled}, true
		}
	}
	if slices.ContainsFunc(daemons, func(d daemon) bool { return d.serves(name) }) {
		return ByName("syslog")
	}
	return nil, false
}

// chosen is the format of one file: a primary layout, and what detection saw.
type chosen struct {
	primary int // index into formats; -1: generic
	known   traits
}

// Name implements ingest.Format.
func (c *chosen) Name() string {
	if c.primary < 0 {
		return genericName
	}
	return formats[c.primary].name
}

// Stateful implements ingest.Stateful: what a daemon says of a session is spread
// over lines, a request stands in one.
func (c *chosen) Stateful() bool { return c.primary != 0 }

// NewParser implements ingest.Format.
func (c *chosen) NewParser(ctx ingest.Context) ingest.Parser {
	return newChain(c.primary, setup{Context: ctx, known: c.known, seen: new(traits)})
}

// newChain returns the parser of a file whose primary format is formats[primary];
// -1: it has none.
func newChain(primary int, s setup) *chain {
	c := &chain{setup: s, own: primary}
	if primary >= 0 {
		c.primary = formats[primary].new(s)
	}
	return c
}
