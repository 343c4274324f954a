package agent

import (
	"testing"
	"time"

	"gumshoe/ingest"
)

func client(agent string, at time.Time) ingest.Event {
	ev := ingest.Event{Kind: ingest.KindHTTPRequest, Agent: []byte(agent), Time: at.UnixMilli()}
	New(ingest.Hash{}).Enrich(&ev)
	return ev
}

var now = day(2026, 6, 1)

// No browser is called a bot, whatever it runs on.
func TestBrowsers(t *testing.T) {
	for _, agent := range []string{
		// desktop
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
		"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 OPR/122.0.0.0",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Vivaldi/7.5.3735.54",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 YaBrowser/25.6.0.0 Safari/537.36",
		"Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36 Avast/137.0.0.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/135.0.0.0 Safari/537.36 Norton/135.0.0.0",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
		"Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)",
		"Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.0; Trident/4.0; SLCC1; .NET CLR 2.0.50727; Alexa Toolbar; InfoPath.2)",
		"Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1; EmbeddedWB 14.52 from: http://www.bsalsa.com/ EmbeddedWB 14.52; .NET CLR 2.0.50727)",
		"Mozilla/5.0 (compatible; Konqueror/4.14; Linux) KHTML/4.14.3 (like Gecko)",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) QtWebEngine/5.15.2 Chrome/83.0.4103.122 Safari/537.36",
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0 SeaMonkey/2.53.20",
		"Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Goanna/6.5 PaleMoon/33.1",
		"Mozilla/5.0 (Windows; U; Windows NT 5.1; en-US; rv:1.8.1.20) Gecko/20081217 Firefox/2.0.0.20 (.NET CLR 3.5.30729)",
		"Mozilla/5.0 (Windows NT 6.3; ARM; Trident/7.0; Touch; rv:11.0) like Gecko",
		"Mozilla/5.0 (X11; U; Linux i686; en-US; rv:1.9.0.14) Gecko/2009090216 Ubuntu/9.04 (jaunty) Firefox/3.0.14",
		"Opera/9.80 (Windows NT 6.1; U; en) Presto/2.10.289 Version/12.02",
		"Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10",
		"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; en) Opera 8.54",
		"Lynx/2.8.9rel.1 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/1.1.1d", "Links (2.28; Linux 6.1.0 x86_64; GNU C 12.2; text)", "ELinks/0.13.2 (textmode; Linux; 80x24-2)", "w3m/0.5.3+git20230121", "Dillo/3.1.1", "NetSurf/3.11 (Linux)",
		// mobile
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0 Mobile/15E148 Safari/605.1.15",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/375.0.770987337 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
		"Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (Linux; Android 9; CUBOT_NOTE_S) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (Linux; U; Android 11; CUBOT X30; en-us) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/89.0.4389.116 Mobile Safari/537.36 XiaoMi/MiuiBrowser/12.10",
		"Mozilla/5.0 (Linux; U; Android 13; en-US; RMX3085) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.58 UCBrowser/13.6.2.1316 Mobile Safari/537.36",
		"Mozilla/5.0 (Linux; U; Android 4.0.3; de-de; HTC Sensation) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30",
		"Mozilla/5.0 (BB10; Touch) AppleWebKit/537.10+ (KHTML, like Gecko) Version/10.0.9.2372 Mobile Safari/537.10+",
		"BlackBerry9700/5.0.0.862 Profile/MIDP-2.1 Configuration/CLDC-1.1 VendorID/331",
		"Nokia6230/2.0 (04.44) Profile/MIDP-2.0 Configuration/CLDC-1.1", "SonyEricssonK800i/R1KG Browser/NetFront/3.3 Profile/MIDP-2.0 Configuration/CLDC-1.1", "Micromax X351/R2AE SEMC-Browser/4.0.3 Profile/MIDP-2.0 Configuration/CLDC-1.1",
		"Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; ARM; Trident/7.0; Touch; rv:11.0; IEMobile/11.0; NOKIA; Lumia 520) like iPhone OS 7_0_3 Mac OS X AppleWebKit/537 (KHTML, like Gecko) Mobile Safari/537",
		"Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
		// inside applications
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/515.0.0.45.109;FBBV/739018091;FBDV/iPhone15,2;FBSN/iOS;FBSV/18.5]",
		"Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/137.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/515.0.0.48.109;]",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22F76 Instagram 385.0.0.31.80 (iPhone15,2; iOS 18_5; de_DE; de; scale=3.00; 1179x2556)",
		"Mozilla/5.0 (Linux; Android 13; V2148A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.49.2600(0x28003137) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/14.9.0",
		"Mozilla/5.0 (Linux; Android 14; SM-A546B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/137.0.0.0 Mobile Safari/537.36 trill_400502 BytedanceWebview/d8a21c6",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Snapchat/13.40.0.44 (like Safari/8620.1.16.10.11, panda)",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 LightSpeed [FBAN/MessengerLiteForiOS;FBAV/500.0.0.30.109]",
		"Mozilla/5.0 (Linux; Android 14; SM-S911N; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/137.0.0.0 Whale/1.0.0.0 Crosswalk/29.137.0.10 Mobile Safari/537.36 NAVER(inapp; search; 2000; 12.12.1)",
		"Mozilla/5.0 (Linux; arm_64; Android 14; 23021RAAEG) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Mobile Safari/537.36 YaApp_Android/25.60 YaSearchBrowser/25.60 BroPP/1.0",
		"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/137.0.0.0 Mobile Safari/537.36 DuckDuckGo/5",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 LinkedInApp/9.30",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1 (Ecosia ios@11.1.1.2107)",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1 Ddg/18.5",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBDV/iPhone14,5;FBSN/iOS;FBCR/Vodafone.de;FBLC/de_DE]",
		"Mozilla/5.0 (Linux; Android 14; SM-A155F Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36 com.example.shop/4.2",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) EdgiOS/138.0.3351.65 Version/18.0 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 MicroMessenger/6.8.0(0x16080000) MacWechat/3.8.10",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/135.0.0.0 Safari/537.36 UnknownBrowser/7.1",
		"Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.163 Safari/537.36 SE 2.X MetaSr 1.0",
		"Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10_6_8; de-de) AppleWebKit/533.21.1 (KHTML, like Gecko) Version/5.0.5 Safari/533.21.1",
		"Mozilla/5.0 (Macintosh; U; PPC Mac OS X; en) AppleWebKit/420+ (KHTML, like Gecko, Safari/420) OmniWeb/v607.17",
		"Nokia5800d-1/60.0.003 Mozilla/5.0 (SymbianOS/9.4; U; Series60/5.0; Profile/MIDP-2.1 Configuration/CLDC-1.1) AppleWebKit/533.4 (KHTML, like Gecko) Version/3.0 Mobile Safari/533.4",
		"Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0; portal.example.com)",
		// televisions, consoles, readers, cars
		"Mozilla/5.0 (X11; Linux x86_64; SMARTEMB Build/3.12.9076) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/103.0.5060.129 Safari/537.36",
		"Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36 DMOST/2.0.0 (; LGE; webOSTV; WEBOS6.4.0 04.40.10;)",
		"Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36",
		"Mozilla/5.0 (Linux; Andr0id 9; BRAVIA 4K GB) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/88.0.4324.93 Safari/537.36 HbbTV/1.5.1 (+DRM; Sony; KD-55X80J; 6.0; com.sony.HE; )",
		"Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15",
		"Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/606.4 (KHTML, like Gecko) NF/6.0.1.15.4 NintendoBrowser/5.1.0.20393",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edge/44.18363.8131",
		"Mozilla/5.0 (X11; U; Linux armv7l like Android; en-us) AppleWebKit/531.2+ (KHTML, like Gecko) Version/5.0 Safari/533.2+ Kindle/3.0+",
		"Mozilla/5.0 (Linux; Android 12; Quest 3) AppleWebKit/537.36 (KHTML, like Gecko) OculusBrowser/38.2.0.2.49 Chrome/136.0.7103.177 VR Safari/537.36",
		"Mozilla/5.0 (X11; GNU/Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chromium/109.0.5414.119 Chrome/109.0.5414.119 Safari/537.36 Tesla/2024.26.9",
		"Mozilla/5.0 (Linux; Android 11; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/138.2.1 like Chrome/138.0.7204.63 Safari/537.36",
	} {
		if c := client(agent, now).Client; c.Kind != ingest.ClientBrowser || c.Claim != "" || c.Name == "" {
			t.Errorf("%s\n\tis a %s (%q, claim %q), want a browser", agent, c.Kind, c.Name, c.Claim)
		}
	}
}

func TestKinds(t *testing.T) {
	for _, tt := range []struct {
		agent string
		kind  ingest.ClientKind
		name  string
		claim string
	}{
		{"", ingest.ClientEmpty, "", ""},
		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", ingest.ClientCrawler, "Googlebot", "google"},
		{"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", ingest.ClientCrawler, "Googlebot", "google"},
		{"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", ingest.ClientCrawler, "bingbot", "bing"},
		{"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", ingest.ClientCrawler, "YandexBot", "yandex"},
		{"Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", ingest.ClientCrawler, "Baiduspider", "baidu"},
		{"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", ingest.ClientCrawler, "facebookexternalhit", "facebook"},
		{"Mozilla/5.0 (compatible; UnheardOfThing/0.1; +https://unheard.example/about)", ingest.ClientCrawler, "UnheardOfThing", ""},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko, Peeker) Chrome/138.0.0.0 Safari/537.36", ingest.ClientCrawler, "peeker", ""},
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko; shop finder) Chrome/138.0.0.0 Safari/537.36", ingest.ClientCrawler, "shop finder", ""},
		{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36", ingest.ClientCrawler, "Chrome", ""},
		{"Daily/1.0 Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36", ingest.ClientCrawler, "Daily", ""},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7; unit-7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36", ingest.ClientCrawler, "unit-7", ""},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0 Pages.Unheard.com/2", ingest.ClientCrawler, "Pages.Unheard.com", ""},
		{"SomethingCrawler/3", ingest.ClientCrawler, "SomethingCrawler", ""},
		{"python-requests/2.32.3", ingest.ClientLibrary, "python-requests", ""},
		{"Go-http-client/1.1", ingest.ClientLibrary, "Go-http-client", ""},
		{"curl/8.5.0", ingest.ClientLibrary, "curl", ""},
		{"Wget/1.21.4", ingest.ClientLibrary, "Wget", ""},
		{"okhttp/4.12.0", ingest.ClientLibrary, "okhttp", ""},
		{"Java/17.0.2", ingest.ClientLibrary, "Java", ""},
		{"unheard-of/1.0", ingest.ClientLibrary, "unheard-of", ""},
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/138.0.0.0 Safari/537.36", ingest.ClientLibrary, "HeadlessChrome", ""},
		{"Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", ingest.ClientMonitor, "UptimeRobot", ""},
		{"check_http/v2.4.9 (nagios-plugins 2.4.9)", ingest.ClientMonitor, "check_http", ""},
		{"ELB-HealthChecker/2.0", ingest.ClientMonitor, "ELB-HealthChecker", ""},
		{"Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)", ingest.ClientFeed, "Feedly", "google"},
		{"Tiny Tiny RSS/24.06 (https://tt-rss.org/)", ingest.ClientFeed, "Tiny Tiny", ""},
		{"sqlmap/1.8.2#stable (https://sqlmap.org)", ingest.ClientScanner, "sqlmap", ""},
		{"Mozilla/5.00 (Nikto/2.5.0) (Evasions:None) (Test:000001)", ingest.ClientScanner, "Nikto", ""},
		{"Mozilla/5.0 zgrab/0.x", ingest.ClientScanner, "zgrab", ""},
		{"Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)", ingest.ClientScanner, "CensysInspect", ""},
		{"Debian APT-HTTP/1.3 (2.6.1)", ingest.ClientApp, "Debian APT-HTTP", ""},
		{"npm/10.8.1 node/v22.3.0 linux x64 workspaces/false", ingest.ClientApp, "npm", ""},
		{"Apache-Maven/3.9.6 (Java 17.0.11; Linux 6.5)", ingest.ClientApp, "Apache-Maven", ""},
		{"Composer/2.7.7 (Linux; 6.1.0-21-amd64; PHP 8.2.18; cURL 7.88.1)", ingest.ClientApp, "Composer", ""},
		{"Bundler/2.5.10 rubygems/3.5.10 ruby/3.3.1 (x86_64-pc-linux-gnu) command/install", ingest.ClientApp, "Bundler", ""},
		{"node/v22.3.0 npm/10.8.1", ingest.ClientLibrary, "node", ""},
		{"MyNotes/3.2 CFNetwork/1568.100.1 Darwin/24.0.0", ingest.ClientApp, "CFNetwork", ""},
		{"Shop/4.2 (build 77) okhttp/4.12.0", ingest.ClientApp, "Shop", ""},
		{"curl/8.5.0 okhttp/4.12.0", ingest.ClientLibrary, "curl", ""},
		{"ShopBot/1.0 okhttp/4.12.0", ingest.ClientLibrary, "okhttp", ""},
		{"Dart/3.2 (dart:io)", ingest.ClientApp, "Dart", ""},
		{"Dalvik/2.1.0 (Linux; U; Android 14; SM-S911B Build/UP1A.231005.007)", ingest.ClientApp, "Dalvik", ""},
		{"Mozilla/5.0 (Linux) mirall/3.13.0 (Nextcloud)", ingest.ClientApp, "mirall", ""},
	} {
		c := client(tt.agent, now).Client
		if c.Kind != tt.kind || c.Name != tt.name || c.Claim != tt.claim {
			t.Errorf("%s\n\tis a %s %q claiming %q, want a %s %q claiming %q", tt.agent, c.Kind, c.Name, c.Claim, tt.kind, tt.name, tt.claim)
		}
	}
}

// Whether a browser is dead depends on when it was used.
func TestOdd(t *testing.T) {
	const chrome49 = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/49.0.2623.112 Safari/537.36"
	for _, tt := range []struct {
		agent string
		at    time.Time
		odd   bool
	}{
		{chrome49, day(2017, 3, 1), false},
		{chrome49, now, true},
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", now, false},
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", day(2020, 1, 1), true}, // from the future
		{"Mozilla/5.0 (X11; Linux x86_64; rv:27.0) Gecko/20100101 Firefox/27.0", day(2015, 1, 1), false},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:27.0) Gecko/20100101 Firefox/27.0", now, true},
		{"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)", day(2008, 1, 1), false},
		{"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)", now, true},
		{"Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko", now, false},
		{"Mozilla/5.0", now, true},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64)", now, true},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 11_0 like Mac OS X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36", now, true},
		{"Mozilla/5.0 (Windows NT 5.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36", now, true},
		{"Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36", now, false},
		{"curl/7.1", now, false},
		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", now, false},
	} {
		if got := client(tt.agent, tt.at).Client.Odd; got != tt.odd {
			t.Errorf("%s in %d: odd %v, want %v", tt.agent, tt.at.Year(), got, tt.odd)
		}
	}
}

// An attack tool's request is a probe, a survey's is not.
func TestAttackToolsAreProbes(t *testing.T) {
	for agent, want := range map[string]ingest.Kind{"nuclei": ingest.KindProbe, "Arachni/1.5": ingest.KindProbe, "Mozilla/5.0 zgrab/0.x": ingest.KindHTTPRequest, "python-requests/2": ingest.KindHTTPRequest} {
		ev := client(agent, now)
		if ev.Kind != want || (want == ingest.KindProbe) != (ev.Request.Class == ingest.ClassScanner) {
			t.Errorf("%s: kind %s, class %q, want kind %s", agent, ev.Kind, ev.Request.Class, want)
		}
	}
}

func FuzzLook(f *testing.F) {
	f.Add([]byte("Mozilla/5.0 (compatible; x/1.0; +http://x.example)"))
	f.Add([]byte("(((;;;bot/)))\xff\xfeİ/1"))
	e := New(ingest.Hash{})
	f.Fuzz(func(t *testing.T, agent []byte) {
		fresh := look(agent, new([]word))
		for range 2 { // memory changes nothing
			ev := ingest.Event{Kind: ingest.KindHTTPRequest, Agent: agent}
			e.Enrich(&ev)
			if ev.Client.Kind != fresh.client.Kind || ev.Client.Name != fresh.client.Name || len(ev.Client.Name) > maxAgent {
				t.Errorf("%+v, afresh %+v", ev.Client, fresh.client)
			}
		}
	})
}
