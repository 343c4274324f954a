package format

import (
	"bytes"
	"strings"
)

// meaning is what a named field of a structured log line (JSON, key=value,
// W3C) tells, whatever its name.
type meaning uint8

const (
	meansNothing     meaning = iota
	meansAddr                // the client
	meansUser                // the account
	meansUserID              // the account: a mail address, or a number
	meansMessage             // text for people
	meansEvent               // what happened, in a word
	meansError               // why it did not
	meansOutcome             // whether it did
	meansStatus              // HTTP status
	meansMethod              // HTTP method
	meansTarget              // path, with or without query
	meansQuery               // query alone
	meansRequest             // METHOD TARGET PROTO
	meansProto               // HTTP version
	meansVHost               // the host that was asked for
	meansAgent               // user agent
	meansReferer             // referer
	meansBytes               // size of the answer
	meansSeconds             // time to answer in seconds
	meansTime                // when, with date
	meansDate                // the date alone
	meansProgram             // who wrote the line
	meansPID                 // its process
	meansMachine             // where it runs
	meansInner               // another log line, whole
	meansShipped             // a name that only shippers of other programs' lines use
	meansForwarded           // the client in the word of a header
	meansPacket              // where a packet went
	meansThreat              // the attack that a packet was taken for
	meansBody                // of OpenTelemetry: text for people, or another log line
	meansTelemetry           // a name that only OpenTelemetry uses
	meansPeer                // of OpenTelemetry: who sent the request; meansAddr is then the word of a header
	meansEventID             // the number of an event of Windows
	meansSender              // of SFTPGo: what happened; of others, who wrote the line
	meansLoginType           // of SFTPGo: how a login was tried that failed
	meansFailedLogin         // of GitLab: the same
	meansLoginWith           // of GitLab: how one succeeded
	meansEntity              // of GitLab: what an event is about
	meansRealm               // of Keycloak: whose account it is
	meansAuthVia             // of authentik: how the client had signed in before
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
	meansAddr: "clientip clientaddr clientaddress clientipaddress clienthost cip sourceipaddress sourceips callerip calleripaddress remip srcip srcaddr sourceip sourceaddress " +
		"requestremoteip requestip remoteip remoteaddr remoteaddress remotehost addrremote originaddress visitorip visitoripaddress userip useripaddress loginip hostip " +
		"peeraddr peerip peeraddress peername peer rhost idorigh ipaddress ipaddr ip ipv4 ipv6 addr ra src client remote realipremoteaddr downstreamremoteaddress auditrequestremoteaddress",
	meansUser: "attemptedusername targetusername useraccount username useridentityusername remoteuser requestuser csusername loginname accountname accountemail useremail " +
		"clientusername clientaccount mappedaccount duser suser dstuser srcuser usr user login account identifier userprincipalname actoralternateid principal email " +
		"loginid authorname principalemail auditrequesteffectiveuser",
	meansUserID:  "userid",
	meansMessage: "message msg renderedmessage messagetemplate mt shortmessage fullmessage text desc description logdesc displaymessage",
	meansEvent:   "event eventname eventsname eventaction action eventtype eventcode operation type sender caller subtype eventid op activityname methodname operationname auditcategory",
	meansError:   "error errormessage errmsg err reason errorcode exceptionmessage failurereason substatus failuremessage resultdescription",
	meansOutcome: "outcome eventoutcome success result consolelogin loginresult authresult verdict allowed resulttype",
	meansStatus:  "status statuscode httpstatus httpstatuscode responsestatus responsestatuscode httpresponsestatuscode originstatus downstreamstatus edgeresponsestatus scstatus responsecode code elbstatuscode httpcode response",
	meansMethod:  "method requestmethod httpmethod httprequestmethod csmethod clientrequestmethod verb reqmethod",
	meansTarget:  "uri requesturi requestpath path url urloriginal urlpath httppath httpurl requesturl csuristem clientrequesturi clientrequestpath requri requrl target",
	meansQuery:   "csuriquery querystring requestquery clientrequestquery urlquery args query",
	meansRequest: "request requestline httprequest req",
	meansProto:   "protocol serverprotocol requestprotocol clientrequestprotocol proto httpversion httprequestversion csversion csprotocolversion requestproto httpprotocol",
	meansVHost:   "vhost httphost requesthost cshost xhostheader servername authority reqhost headershost clientrequesthost domain",
	meansAgent:   "useragent httpuseragent requestuseragent requestheadersuseragent useragentoriginal csuseragent clientrequestuseragent agent ua headersuseragent",
	meansReferer: "referer httpreferer httpreferrer requestreferer requestreferrer httprequestreferrer csreferer headersreferer clientrequestreferer referrer",
	meansBytes:   "bodybytessent bytessent responsebodysize size bytes scbytes downstreamcontentsize edgeresponsebytes responsesize",
	meansSeconds: "requesttime timetaken duration elapsed",
	meansTime: "realtimetimestamp sourcerealtimetimestamp timestamp requestreceivedtimestamp time ts eventtime datetime timelocal timeiso8601 startutc " +
		"starttime isotime asctime systemtime createdat t timecreated logtime timeunixnano observedtimeunixnano edgestarttimestamp creationtime published instantepochsecond msec dt",
	meansDate:    "date",
	meansProgram: "syslogidentifier program ident appname application comm processname",
	meansPID:     "syslogpid pid procid processid",
	meansMachine: "hostname machine hostname host computer nodename",
	meansInner:   "log message eventoriginal line",
	meansForwarded: "xforwardedfor httpxforwardedfor headersxforwardedfor requestxforwardedfor xff forwardedfor proxyaddxforwardedfor cfconnectingip httpcfconnectingip " +
		"trueclientip httptrueclientip xrealip httpxrealip forwarded httpforwarded",
	meansPacket:      "dstip dstaddr destip destinationip destinationaddress dst dstport destport destinationport",
	meansThreat:      "attack attackname threatname signaturename signaturemsg",
	meansBody:        "body",
	meansTelemetry:   "timeunixnano observedtimeunixnano severitynumber severitytext observedtimestamp",
	meansPeer:        "networkpeeraddress",
	meansEventID:     "eventid eventcode winlogeventid",
	meansSender:      "sender",
	meansLoginType:   "logintype",
	meansFailedLogin: "failedlogin",
	meansLoginWith:   "with",
	meansEntity:      "entitytype",
	meansRealm:       "realmid",
	meansAuthVia:     "authvia",
	meansShipped:     "stream realtimetimestamp agentephemeralid inputtype logfilepath logfilename containerid containername kubernetespodname sourcetype fluentdtag",
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

// isPeerName tells names as "peer" and "remote_addr" from those that may mean
// something else, as "client" and "src" do.
func isPeerName(name []byte) bool {
	return meaningOf[string(name)].meaning == meansAddr &&
		(bytes.HasPrefix(name, []byte("peer")) || bytes.HasPrefix(name, []byte("remote")) || string(name) == "rhost")
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
