package format

// Services beside those of package ingest: what the remote party talked to.
const (
	serviceMySQL    = "mysql"
	servicePostgres = "postgresql"
	serviceMongo    = "mongodb"
	serviceRedis    = "redis"
	serviceMSSQL    = "mssql"
	serviceClick    = "clickhouse"
	serviceSIP      = "sip"
	serviceVPN      = "vpn"
	serviceDNS      = "dns"
	serviceProxy    = "proxy"
	serviceLDAP     = "ldap"
	serviceRDP      = "rdp"
	serviceSMB      = "smb"
	serviceXMPP     = "xmpp"
	serviceGame     = "game"
	serviceVoice    = "voice"
	servicePanel    = "panel" // administration of the machine in a browser
	serviceFirewall = "firewall"
	serviceHoneypot = "honeypot"
	serviceRouter   = "router"
	serviceInet     = "inetd"
	serviceIDS      = "ids"
)
