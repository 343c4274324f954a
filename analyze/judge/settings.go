package judge

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Settings are what the configuration says of the second opinion.
type Settings struct {
	BaseURL string // of an OpenAI-compatible API, with its /v1
	Key     string // sent as a bearer token; "" for none
	Model   string
	Mode    string // auto, json_schema, json_object, text
	Limit   string // how the longest answer is asked for: auto, max_tokens, max_completion_tokens
	Think   int    // tokens that a reasoning model may spend on thoughts in one request, beyond the answer

	RunTokens   int     // most tokens of one run, both directions
	MonthTokens int     // most of a calendar month; 0: no limit
	RunCost     float64 // most money of one run, in the currency of the prices; 0: no limit
	MonthCost   float64
	PriceIn     float64 // of a million tokens that are sent
	PriceOut    float64 // of a million tokens that come back

	Cards   int           // most of one request, canaries not counted
	Within  time.Duration // a run waits no longer for all of it
	Patient time.Duration // nor for one request
	Recall  time.Duration // how long an opinion is remembered

	Hosts []string // names of this machine and its sites, to be masked wherever they stand

	HTTP *http.Client // nil: one that follows no redirect and reads a bounded answer
	Now  func() time.Time
	Wait func(time.Duration) <-chan time.Time // time.After; tests do not wait
}

// Values of Mode and Limit.
const (
	auto             = "auto"
	jsonSchema       = "json_schema"
	jsonObject       = "json_object"
	plainText        = "text"
	maxTokens        = "max_tokens"
	completionTokens = "max_completion_tokens"
)

// Defaults are the settings of who names no more than an endpoint and a model.
func Defaults() Settings {
	return Settings{Mode: auto, Limit: auto, RunTokens: 10_000, MonthTokens: 1_000_000, Cards: 15,
		Within: 90 * time.Second, Patient: 45 * time.Second, Recall: 14 * 24 * time.Hour}
}

// Check reports what cannot work.
func (s *Settings) Check() error {
	u, err := url.Parse(s.BaseURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("base_url %q is no http or https address, such as https://api.openai.com/v1 or http://127.0.0.1:11434/v1", redactURL(s.BaseURL))
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("base_url is an address alone: no user, query or fragment; the key is set apart")
	case s.Model == "":
		return errors.New("no model is named")
	case strings.ContainsAny(s.Key, " \r\n\t"):
		return errors.New("the key has a space or a line break in it")
	case !oneOfThese(s.Mode, auto, jsonSchema, jsonObject, plainText):
		return fmt.Errorf("mode %q is none of auto, json_schema, json_object, text", s.Mode)
	case !oneOfThese(s.Limit, auto, maxTokens, completionTokens):
		return fmt.Errorf("limit %q is none of auto, max_tokens, max_completion_tokens", s.Limit)
	case s.RunTokens < 0 || s.MonthTokens < 0 || s.RunCost < 0 || s.MonthCost < 0 || s.PriceIn < 0 || s.PriceOut < 0 || s.Think < 0:
		return errors.New("a cap or a price is negative")
	case s.Cards < 1 || s.Cards > 20:
		return errors.New("a request holds 1 to 20 cards")
	case s.Within <= 0 || s.Patient <= 0:
		return errors.New("a time limit is not positive")
	}
	return nil
}

func oneOfThese(s string, list ...string) bool {
	for _, l := range list {
		if s == l {
			return true
		}
	}
	return false
}

// redactURL shows an address without what may be secret in it.
func redactURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "(unreadable)"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// cost is the price of tokens in millionths of the currency, rounded up.
func (s *Settings) cost(in, out int) int64 {
	micros := float64(in)*s.PriceIn + float64(out)*s.PriceOut // a price is for a million tokens
	whole := int64(micros)
	if float64(whole) < micros {
		whole++
	}
	return whole
}

func (s *Settings) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Settings) wait(d time.Duration) <-chan time.Time {
	if s.Wait != nil {
		return s.Wait(d)
	}
	return time.After(d)
}

// endpoint names the API in notes and audits.
func (s *Settings) endpoint() string { return cmp.Or(redactURL(s.BaseURL), "(none)") }
