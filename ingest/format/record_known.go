package format

// known is what the record of a program tells that says what happened by the form of
// its fields, not in words: an event called "login" may be a try as well as a success
// until it is known whose it is.
func (r *record) known() tone {
	sender := r.value[meansSender]
	switch {
	case r.has(meansFailedLogin) && string(r.value[meansEntity]) == "User": // GitLab's audit log: "failed_login": "STANDARD"; others count in it
		return toneFailed
	case r.has(meansLoginWith) && string(r.value[meansEntity]) == "User": // ... "with": "two-factor"
		return toneSucceeded
	case string(sender) == "connection_failed" && r.has(meansLoginType) && string(r.value[meansLoginType]) != "no_auth_tried": // SFTPGo
		return toneFailed
	case string(sender) == "login" && r.has(meansMethod):
		return toneSucceeded
	case r.login && r.has(meansRealm) && !r.has(meansError): // Keycloak: its errors are events of their own, "LOGIN_ERROR"
		return toneSucceeded
	case r.login && r.has(meansAuthVia) && string(r.value[meansEvent]) == "Created Event": // authentik
		return toneSucceeded
	}
	return 0
}
