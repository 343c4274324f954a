package format

import "gumshoe/ingest"

// More servers of media, and what fetches for them.
var downloadSays = concat(
	say(ingest.KindAuthFailure,
		`Authentication request for "{user}" has been denied (IP: "{addr}").`, // Jellyfin with its logger's quotes
		`Authentication request for {user} has been denied (IP: {addr})`,
		"Login failed for user `{user}` from[[ private]] IP `{addr}.`",                            // Paperless-ngx
		"Auth: Failed login from {peer}",                                                          // Plex
		`Login failed for user "{user}" IP-address: {addr}`,                                       // Calibre-Web
		"API.Controllers.AccountController {user} attempting to login from {addr}",                // Kavita
		"Authentication failed, wrong password, email: {user}, IP: {addr}",                        // Komga
		"Failed login attempt for user {user} from ip address {addr}",                             // Immich
		"Unauthorized request from {peer}",                                                        // Transmission
		"Login failed (ClientIP {addr})",                                                          // Deluge
		"WebAPI login failure. Reason: {words}, attempt count: {n}, IP: {addr}, username: {user}", // qBittorrent
		"Request received on port {n} from {addr}, but username or password invalid",              // NZBGet
		"Incorrect username or password from {addr}",                                              // Mealie
		"Failed login attempt from {addr}: '{user}'[[ ({words})]]",                                // Radicale
		"Failed {word} login attempt from {addr}[[ (forwarded for '{text}')]][[ using '{text}']]: '{user}'",
		"Failed login attempt from {addr}[[ (forwarded for '{text}')]][[ using '{text}']]: '{user}'[[ ({words})]]",
	),
	say(ingest.KindAuthFailure,
		"Authentication failed, user not found, email: {user}, IP: {addr}",
	).absent(),
	say(ingest.KindAuthSuccess, "WebAPI login success. IP: {addr}"),
	say(ingest.KindAuthSuccess, "Successful login: '{user}' from {addr}", "Successfully logged in user {user}. IP={addr}").exists(),
	say(ingest.KindReject,
		"RPC Server Rejected request from {peer} (host not whitelisted)", // Transmission
		"Rejected request from {peer} (host not whitelisted)",
		"WebAPI login failure. Reason: IP has been banned, IP: {addr}, username: {user}",
	),
)
