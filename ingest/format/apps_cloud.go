package format

import "gumshoe/ingest"

// What Nextcloud, ownCloud and CouchDB say besides their requests and logins.
var cloudSays = concat(
	say(ingest.KindAbuse,
		"IP address throttled because it reached the attempts limit in the last {n} minutes [action: {words}, delay: {n}, ip: {addr}]", // Nextcloud
		"IP address blocked because it reached the maximum failed attempts in the last {n} minutes [action: {words}, attempts: {n}, ip: {addr}]",
	),
	say(ingest.KindAuthFailure, "Login failed: '{user}' (Remote IP: '{addr}', X-Forwarded-For: '{text}')"), // ownCloud
	say(ingest.KindProbe, `Trusted domain error. "{addr}" tried to access using "{text}" as host.`),
	say(ingest.KindAuthFailure, "{word} <{word}> {word} couch_httpd_auth: Authentication failed for user {user} from {addr}"),
	say(ingest.KindReject, "{word} <{word}> {word} couch_httpd_auth: Authentication rejected for locked-out user {user} from {addr}"),
)
