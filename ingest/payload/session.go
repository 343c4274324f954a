package payload

import (
	"bytes"

	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
)

// sessionRules find the fixation of a session: an identifier that somebody chose,
// put into a link so that a visitor logs in under it. A site's own links carry
// identifiers too where cookies are off, with the names that PHP, Java and
// ColdFusion then use; those are told by a length that no server makes. The other
// names are those of cookies, which their frameworks read nowhere else; plain
// "sid" and "session_id" mean too much elsewhere.
var sessionRules = []rule{
	{class: ingest.ClassProtocol, stage: ingest.StageMarker, on: pair, at: inValue,
		any: []string{"sess", ".sid=", ":sid=", "&__host-", "&__secure-", "login_token=", "shiny-token=", ".aspxauth=", "&cfsid="},
		expr: `^&(?:__(?:host|secure)-[\w.\-]*(?:sess|sid|auth)[\w.\-]*|_(?:[a-z]{2,20}_)?session(?:_id)?|(?:connect|express|koa|sails|hapi|feathers|egg|session)[.:](?:sid|sess|sessid|sessionid)|[\w\-]+\.session-token|asp\.net_sessionid|aspsession(?:id)?\w{0,8}|\.aspxauth|cfsid|meteor_login_token|shiny-token` +
			`|(?:flask|laravel|ci|codeigniter|rack|rails|symfony|django|zend|yii|cake(?:php)?|play|koa|express|sails|fastapi|starlette|sanic|tornado|gorilla|beego|phoenix|kohana|fuel|october|catalyst|dancer|mojolicious|drupal|joomla|weblogic|websphere|jserv|jw|resin|adonis|hapi|nest|nuxt)[_.:\-]?sess(?:ion)?(?:[_\-]?(?:id|token))?)=`},
	// A token in JSON whose header says that nobody signed it: {"alg":"none", in each of the
	// ways that base64 writes it. An application may ask for something so, "request=", but
	// no server hands such a token out.
	{class: ingest.ClassProtocol, stage: ingest.StageMarker, at: inValue, any: []string{"eyjhbgcioij", "eyj0exaioijkv1qilcjhbgcioij"}, check: unsigned},
	{class: ingest.ClassProtocol, stage: ingest.StageMarker, on: pair, at: inValue, any: parameters("phpsessid phpsession jsessionid cftoken"),
		expr: `^&(?:phpsessid|phpsession|jsessionid)=[\w\-]{1,19}$|^&cftoken=[\w\-]{1,7}$`},
}

// unsignedHeader finds the head of such a token, where the name of the algorithm may be in
// letters of either case.
var unsignedHeader = lazyregexp.New(`(?:^|[^\w\-])eyJ(?:0eXAiOiJKV1QiLCJ)?hbGciOiJ[uO][bT][02]5[lF]I[\w\-]*\.eyJ`)

func unsigned(v *value) (ingest.Class, ingest.Stage) {
	if bytes.EqualFold(v.name, []byte("request")) || !unsignedHeader().Match(v.decoded) {
		return 0, 0
	}
	return ingest.ClassProtocol, ingest.StageMarker
}
