package agent

import "strings"

// claims are names of crawlers whose owners confirm them by DNS: the address has
// a name in their domain, and the name has the address.
var claims = []struct{ part, owner string }{
	{"googlebot", "google"}, {"adsbot-google", "google"}, {"mediapartners-google", "google"}, {"google-inspectiontool", "google"}, {"googleother", "google"}, {"storebot-google", "google"},
	{"apis-google", "google"}, {"feedfetcher-google", "google"}, {"google-read-aloud", "google"}, {"google-site-verification", "google"}, {"google-cloudvertexbot", "google"}, {"google-safety", "google"},
	{"bingbot", "bing"}, {"msnbot", "bing"}, {"adidxbot", "bing"}, {"bingpreview", "bing"}, {"microsoftpreview", "bing"}, {"bingvideopreview", "bing"},
	{"yandex.com/bots", "yandex"}, {"yandexbot", "yandex"}, {"yandeximages", "yandex"}, {"yandexmobilebot", "yandex"}, {"yandexmetrika", "yandex"}, {"yandexrenderresourcesbot", "yandex"},
	{"baiduspider", "baidu"}, {"applebot", "apple"}, {"duckduckbot", "duckduckgo"}, {"duckassistbot", "duckduckgo"}, {"duckduckgo-favicons-bot", "duckduckgo"},
	{"facebookexternalhit", "facebook"}, {"facebookcatalog", "facebook"}, {"facebookbot", "facebook"}, {"meta-external", "facebook"},
	{"yahoo! slurp", "yahoo"}, {"seznambot", "seznam"}, {"qwantbot", "qwant"}, {"qwantify", "qwant"}, {"petalbot", "petal"}, {"amazonbot", "amazon"}, {"mojeekbot", "mojeek"}, {"yeti/", "naver"}, {"naverbot", "naver"},
	{"sogou web spider", "sogou"}, {"sogou spider", "sogou"}, {"pinterestbot", "pinterest"}, {"pinterest.com/bot", "pinterest"}, {"linkedinbot", "linkedin"}, {"twitterbot", "twitter"}, {"telegrambot", "telegram"},
	{"gptbot", "openai"}, {"oai-searchbot", "openai"}, {"chatgpt-user", "openai"}, {"claudebot", "anthropic"}, {"perplexitybot", "perplexity"}, {"ahrefsbot", "ahrefs"}, {"semrushbot", "semrush"}, {"mj12bot", "majestic"}, {"ccbot", "commoncrawl"}, {"coccocbot", "coccoc"}, {"mail.ru_bot", "mailru"}, {"exabot", "exalead"},
}

// claim returns whose crawler an agent says it is.
func claim(t text) string {
	for _, c := range claims {
		if strings.Contains(t.low, c.part) {
			return c.owner
		}
	}
	return ""
}
