package format

// tone is what words of a message amount to.
type tone uint8

const (
	toneFailed    tone = 1 << iota // words that alone tell of a failed login: "wrong password"
	toneSucceeded                  // ... of a login: "logged in"
	toneSubject                    // words about logins: "authentication"
	toneTrouble                    // words of refusal: "denied"
	toneOther                      // words of what is done to an account without a login: "reset", "logout"
)

// failed reports whether the words tell of a failed login.
func (t tone) failed() bool {
	return t&toneFailed != 0 || t&(toneSubject|toneTrouble|toneSucceeded) == toneSubject|toneTrouble
}

// succeeded reports whether the words tell of a login.
func (t tone) succeeded() bool { return t&(toneFailed|toneSucceeded|toneTrouble) == toneSucceeded }

// toneWords are the words by tone, in lower case. A blank stands for any run of
// blanks, dashes and underscores, or for none, so that "login fail" is also
// "login_failed", "LoginFailure", "login-failed" and "login.failed"; a phrase may go on in the
// text: "auth fail" is also "auth failure".
var toneWords = map[tone][]string{
	toneFailed: {
		"login fail", "logins failed", "log in failed", "logon fail", "sign in fail", "signin fail", "auth fail", "auth error", "authentication fail", "authentication error",
		"authentication unsuccessful", "authentication denied", "authentication rejected", "auth denied",
		"fail login", "failed login", "failed log in", "failed to log", "failed logon", "failed sign in", "failed to sign in", "failed auth", "failed to auth", "failed to validate user",
		"failed password", "failed user", "failed attempt to log", "login attempt failed", "login denied", "login refused", "login rejected", "login incorrect", "login error",
		"login invalid", "login unsuccessful", "logon denied", "logon error", "unsuccessful login", "unsuccessful log", "unsuccessful auth", "unsuccessful sign in",
		"invalid login", "invalid log in", "invalid logon", "invalid password", "invalid username", "invalid user", "invalid credential", "invalid account", "invalid identifier",
		"invalid admin token", "invalid admin password", "invalid totp", "invalid otp", "invalid two factor", "invalid 2fa", "invalid mfa", "invalid passcode", "invalid email or password",
		"invalid api key", "incorrect api key", "wrong api key", "bad api key", "invalid secret", "incorrect secret", "wrong secret", "bad secret",
		"invalid authentication", "incorrect password", "incorrect username", "incorrect user", "incorrect credential", "incorrect login", "incorrect email", "incorrect otp",
		"password incorrect", "password is incorrect", "password invalid", "password is invalid", "password mismatch", "password does not match", "password doesn't match",
		"password did not match", "password is wrong", "password fail", "passwords do not match", "wrong password", "wrong username", "wrong user", "wrong credential", "wrong login", "wrong otp", "wrong email",
		"bad password", "bad credential", "bad username", "bad login", "bad logon", "bad user", "user denied", "unknown user", "unknown username", "user unknown", "no such user", "no such account",
		"unknown account", "unable to find an existing account", "could not authenticate", "couldn't authenticate", "cannot authenticate", "unable to authenticate", "unable to log in", "unable to login", "not authenticated",
		"access denied for user", "mfa fail", "otp fail", "totp fail", "2fa fail", "two factor fail", "user login fail", "brute force", "credentials rejected", "credentials invalid", "credentials incorrect",
		"could not retrieve user", "which usually indicates they do not exist", "login attempt with invalid", "login attempt for invalid", "authentication attempt failed", "nt status wrong password", "nt status no such user", "nt status logon failure",
		"fehlgeschlagene anmeldung", "anmeldung fehlgeschlagen", "anonymous access denied", "fehlerhafter login", "ungültige anmeld", "echec de la tentative de connexion", "échec de la connexion", "échec de l'authentification", "échec d'authentification",
		"mislukte login", "mislukte aanmelding", "inicio de sesión fallido", "error de autenticación", "accesso fallito", "login fallito", "falha de login", "falha na autentica",
	},
	toneSucceeded: {
		"logged in", "login success", "login succeeded", "login successful", "successful login", "successfully logged in", "successful auth", "successfully auth", "successful sign in",
		"signed in", "ssl vpn tunnel up", "auth success", "auth succeeded", "authentication success", "authentication succeeded", "authentication successful", "logged on", "login ok", "login allowed", "auth ok", "user authenticated", "authenticated successfully", "successful 1fa auth", "successful totp auth", "successful duo auth", "successful webauthn auth", "accepted password", "accepted publickey",
	},
	toneSubject: {"login", "log in", "logon", "log on", "sign in", "authentica", "password", "credential", "passcode", "2fa", "mfa", "totp", "two factor"},
	toneOther:   {"logout", "log out", "logged out", "logoff", "log off", "sign out", "signed out", "reset", "forgot", "recover", "change", "enrol", "regist", "expire"},
	toneTrouble: {"fail", "denied", "incorrect", "invalid", "reject", "refused", "wrong", "unsuccessful", "unauthori", "might not have worked", "mismatch"},
}

// toneWord is one entry of the vocabulary.
type toneWord struct {
	text string
	tone tone
}

// wordsBy holds the words by their first byte.
var wordsBy = indexWords()

func indexWords() (by [256][]toneWord) {
	for t := tone(1); t <= toneOther; t <<= 1 {
		for _, w := range toneWords[t] {
			by[w[0]] = append(by[w[0]], toneWord{w, t})
		}
	}
	return by
}

// listen hears the tone of a text. Words count only where they begin, also
// inside names like "LoginFailed" and "login_failed".
func listen(b []byte) (t tone) {
	for i, c := range b {
		if i > 0 {
			before := b[i-1]
			if letter(before) && !(c >= 'A' && c <= 'Z' && before >= 'a') || digit(before) {
				continue
			}
		}
		for _, w := range wordsBy[lower(c)] {
			if t&w.tone == 0 && beginsWith(b[i:], w.text) {
				t |= w.tone
			}
		}
	}
	return t
}

// beginsWith compares without case; see toneWords for what a blank means.
func beginsWith(b []byte, word string) bool {
	i := 0
	for _, c := range []byte(word) {
		if c == ' ' {
			for i < len(b) && (b[i] == ' ' || b[i] == '-' || b[i] == '_' || b[i] == '.' && i+1 < len(b) && letter(b[i+1])) {
				i++
			}
			continue
		}
		if i == len(b) || lower(b[i]) != c {
			return false
		}
		i++
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}
