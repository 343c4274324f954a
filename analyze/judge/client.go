package judge

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// client speaks with one endpoint. It finds out, request by request, which form of
// answer the server can be held to, and stays with it.
type client struct {
	set   *Settings
	api   *openai.Client
	mode  string
	limit string
	fixed bool // mode was configured: there is no other to try
}

func newClient(set *Settings) *client {
	config := openai.DefaultConfig(set.Key)
	config.BaseURL = set.BaseURL
	h := set.HTTP
	if h == nil {
		h = &http.Client{}
	}
	guarded := *h
	guarded.Transport = bounded{h.Transport}
	guarded.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	config.HTTPClient = &guarded
	c := &client{set: set, api: openai.NewClientWithConfig(config), mode: set.Mode, limit: set.Limit, fixed: set.Mode != auto}
	if c.mode == auto {
		c.mode = jsonSchema
	}
	if c.limit == auto {
		c.limit = maxTokens
		if strings.Contains(set.BaseURL, "api.openai.com") || strings.Contains(set.BaseURL, ".openai.azure.com") {
			c.limit = completionTokens
		}
	}
	return c
}

// request is what is sent for a question. complaint says why an answer to it was
// rejected; "" the first time.
func (c *client) request(q question, complaint string) openai.ChatCompletionRequest {
	f := q.form()
	r := openai.ChatCompletionRequest{Model: c.set.Model, Messages: []openai.ChatCompletionMessage{
		{Role: openai.ChatMessageRoleSystem, Content: f.preamble},
		{Role: openai.ChatMessageRoleUser, Content: q.content()},
	}}
	if complaint != "" {
		r.Messages = append(r.Messages, openai.ChatCompletionMessage{Role: openai.ChatMessageRoleUser,
			Content: "Your answer was rejected: " + complaint + ". Answer all cards again, in the form that was asked for."})
	}
	room := q.answerRoom() + c.set.Think
	if c.limit == completionTokens {
		r.MaxCompletionTokens = room
	} else {
		//lint:ignore SA1019 servers other than OpenAI's know no other name
		r.MaxTokens = room
	}
	switch c.mode {
	case jsonSchema:
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: f.name, Schema: f.schema, Strict: true}}
	case jsonObject:
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
	}
	return r
}

// body is a request as the library will write it, byte for byte.
func body(r openai.ChatCompletionRequest) []byte { return mustJSON(r) }

// reply is what came back of one request.
type reply struct {
	content   string
	truncated bool
	refused   bool
	in, out   int // tokens as the server counted them; 0: it did not say
}

// ask sends a request once.
func (c *client) ask(ctx context.Context, r openai.ChatCompletionRequest) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, c.set.Patient)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	got, err := c.api.CreateChatCompletion(ctx, r)
	if err != nil {
		f := failureOf(err, got.Header())
		f.spent = f.spent && connected.Load()
		return reply{}, f
	}
	out := reply{in: believable(got.Usage.PromptTokens), out: believable(got.Usage.CompletionTokens)}
	if len(got.Choices) == 0 {
		return out, &failure{reason: "the answer is empty"}
	}
	choice := got.Choices[0]
	out.content = choice.Message.Content
	out.truncated = choice.FinishReason == openai.FinishReasonLength
	out.refused = choice.Message.Refusal != "" || choice.FinishReason == openai.FinishReasonContentFilter
	return out, nil
}

// believable bounds what a server says that it counted.
func believable(tokens int) int { return max(0, min(tokens, 10_000_000)) }

// settle reports whether a refused request may be better understood in another
// form, and takes that form: a server that knows no schemas is asked for JSON, one
// that knows no form for text; and some know the longest answer by its other name.
func (c *client) settle(f *failure) bool {
	switch {
	case f.limitName && c.set.Limit == auto:
		if c.limit == completionTokens {
			return false
		}
		c.limit = completionTokens
		return true
	case !f.form || c.fixed || c.mode == plainText:
		return false
	}
	modes := []string{jsonSchema, jsonObject, plainText}
	c.mode = modes[slices.Index(modes, c.mode)+1]
	return true
}

// models lists the names of the models that the server offers.
func (c *client) models(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.set.Patient)
	defer cancel()
	list, err := c.api.ListModels(ctx)
	if err != nil {
		return nil, failureOf(err, list.Header())
	}
	var out []string
	for _, m := range list.Models {
		out = append(out, m.ID)
	}
	return out, nil
}

// failure is why a request brought no answer, in words that hold nothing of it: a
// server may echo the prompt in its error, or the key.
type failure struct {
	reason    string
	form      bool          // the server may not know the form that was asked for
	limitName bool          // or the name of the limit
	again     bool          // it may work later
	after     time.Duration // how much later at least; 0: it did not say
	spent     bool          // the model may have worked before it failed
}

func (f *failure) Error() string { return f.reason }

func failureOf(err error, h http.Header) *failure {
	var refused *failure
	var api *openai.APIError
	var request *openai.RequestError
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, openai.ErrReasoningModelMaxTokensDeprecated), errors.Is(err, openai.ErrReasoningModelLimitationsOther):
		return &failure{reason: "the model wants max_completion_tokens", limitName: true}
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{reason: "no answer in time", spent: true}
	case errors.Is(err, context.Canceled):
		return &failure{reason: "the run was interrupted", spent: true}
	case errors.As(err, &api):
		return refusal(api.HTTPStatusCode, api.Message, word(api.Code), h)
	case errors.As(err, &request):
		return refusal(request.HTTPStatusCode, string(request.Body), "", h)
	case errors.As(err, &large):
		return &failure{reason: "the answer is larger than any can be", spent: true}
	case errors.As(err, &syntax), errors.As(err, &shape):
		return &failure{reason: "the answer is none of such an API, as where base_url lacks its /v1", spent: true}
	}
	return &failure{reason: "the connection failed", again: true, spent: true}
}

// refusal reads an HTTP status. text is looked through and never shown.
func refusal(status int, text, code string, h http.Header) *failure {
	f := &failure{reason: "the server answered " + statusText(status)}
	if code != "" {
		f.reason += " (" + code + ")"
	}
	switch {
	case status == http.StatusTooManyRequests, status >= 500 && status != http.StatusNotImplemented:
		f.again, f.after = code != "insufficient_quota", retryAfter(h)
	case status == http.StatusBadRequest, status == http.StatusUnprocessableEntity, status == http.StatusNotImplemented:
		f.limitName = strings.Contains(text, completionTokens)
		f.form = !f.limitName
	}
	return f
}
