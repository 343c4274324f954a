package payload

import (
	"slices"
	"strings"
	"sync"
)

// whisperWords are the words of which one stands in every text to a language model:
// where none does, no phrase is looked for. A letter whose case matters is left out.
var whisperWords = sync.OnceValue(func() []string {
	words := []string{
		"ignor", "disregard", "forget", "overrid", "overlook", "system prompt", "you are", "</system", "<system", "[inst]", "[/inst]", "<<sys", "<|im_", "<|endoftext", "<|system", "<|assistant", "<|user",
		"assistant:", "system:", "human:", `"role"`, "system message", "system note", "api key", "environment var", "training data", "instruction", "as an ai", "ai reviewer", "ai analyst", "ai assistant", "dear ai", "log analy", "language model", "jailbreak", "llm", "chatgpt", "to the ai", "for the ai", "prompt injection:",
		"not report", "n't report", "not flag", "n't flag", "not ban", "n't ban", "not block", "n't block", "not alert", "not raise", "n't raise", "not mention", "n't mention", "skip this", "skip the", "omit th", "leave out",
		"mark this", "classify ", "treat this", "treat me", "consider this", "respond ", "reply ", "from now on", "act as", "your new", "your only", "your real", "stop analy", "tell the", "tell your", "security pol", "safety pol", "content pol", "security filter", "safety filter", "content filter", "developer mode",
		"allowlist", "whitelist", "blocklist", "white list", "allow list", "unban", "severity to", "severity as", "severity of", "severity=low", "severity low", "severity info", "severity none", "verdict is", "verdict:", "verdict =", "verdict=", "verdict ben", "verdict safe", " administrator", " operator", "empty list",
		"anweisung", "vergiss", "du bist", "consignes", "oubli", "instruccion", "olvid", "ahora eres", "eres ahora", "instru\u00e7", "esque", "istruzion", "dimentic", "ora sei", "instrukcj", "instructies",
		"instruktion", "instrukser", "anvisning", "pokyn", "talimat", "instruksi", "perintah", "h\u01b0\u1edbng d\u1eabn", "ch\u1ec9 d\u1eabn", "utas\u00edt", "ohjee", "ohjei", "instruc\u021b", "instruc\u0163",
		"нструкц", "указани", "еперь", "指令", "指示", "提示", "命令", "以上", "上述", "지시", "명령", "지침", "로그", "تعليمات", "دستور", "הוראות", "הנחיות", "οδηγί", "εντολ", "निर्देश", "คำสั่ง", "คำแนะนำ",
	}
	for _, w := range slices.Clone(words) {
		if strings.Contains(w, " ") {
			words = append(words, strings.ReplaceAll(w, " ", "_"))
		}
	}
	return words
})

// whispers is tried on lower-case text whose words are parted by spaces. \w and \b
// know ASCII alone.
var whispers = sync.OnceValue(func() *phrases {
	const (
		drop  = `(?:ignor\w*|disregard\w*|forget|overrid\w*|overlook\w*|bypass|oubli\w*|olvid\w*|vergiss|vergesst|missachte\w*|dimentic\w*|esque[cç]\w*|desconsider\w*|zignoruj\w*|zapomnij|negeer|vergeet)`
		old   = `(?:previous|prior|above|earlier|all|any|every|your|these|those|preceding|system|vorherig\w*|bisherig\w*|alle\w*|obig\w*|pr[eé]c[eé]dent\w*|toutes|tes|vos|anterior\w*|todas|tus|previ\w*|precedent\w*|tutte|poprzedni\w*|wszystkie|vorige)`
		rules = `(?:instru\S+|prompts?|rules?|directions?|directives?|context|guidelines|guidance|anweisung\w*|regeln|befehle|r[eè]gles|consignes|reglas|istruzion\w*|regras)`
		fine  = `(?:benign|safe|harmless|trusted|friendly|clean|legitimate|verified|false positive|info)`
		where = `(?:ip|address|source|host|client|network|request|alert|event|entry|me|us)`
		mute  = `(?:do\s+not|don't|never)\s+(?:report|flag|ban|block|alert|raise|escalate|mention|include)`
	)
	english := []string{
		`\b` + drop + `\b.{0,40}` + old + `\b.{0,40}\b` + rules,
		`\b` + drop + `\b.{0,20}\b` + rules + `\b.{0,20}\b` + old,
		`\bforget\b.{0,20}\byou\b.{0,20}\b(?:told|know|learned|instructed|were)\b`,
		`\b(?:your|the|my|this|reveal|print|show|new|hidden)\s+system\s+prompt\b`, `\bsystem\s+prompt\s*[:=]`, `\bprompt injection\s*:`,
		`\b(?:reveal|print|show|repeat|output|leak)\s+(?:me\s+)?(?:all\s+)?your\s+(?:\w+\s+)?(?:instructions|prompt|rules)\b`,
		`\byou\s+are\s+(?:now\s+|no\s+longer\s+)?(?:in\s+)?(?:an?\s+|the\s+)?(?:ai\b|helpful|assistant|language|llm|chatgpt|gpt|claude|dan\b|developer|maintenance|debug|admin|unrestricted|no longer)`,
		`\b(?:from\s+now\s+on|henceforth)\b.{0,20}\b(?:you|act|respond|answer|treat|ignore)\b`, `\bact\s+as\s+(?:an?|the|my)\b.{0,30}\b(?:assistant|ai|llm|unfiltered|unrestricted|model)\b`,
		`\byour\s+(?:new|only|real|actual)\s+(?:task|role|job|goal|objective|instructions?)\s+(?:is|are)\b`,
		`</?system\s*>(?:\s*[^<\s]|$)|<</?sys>>|\[/?inst\]|<\|(?:im[_ ]start|im[_ ]end|endoftext|system|user|assistant)|</\w{3,20}>\s*(?:assistant|system|user)\s*:`,
		`\b(?:new|updated|important|additional)\s+instructions?\s*:`, `(?:^|[\s"'<>(;#/=\[])(?:system|assistant)\s*:\s*\w+(?:\s+\w+){2}`, `\bhuman\s*:\s*(?:\w+\s+){0,3}(?:whitelist|allowlist|ignore|mark|trust|unban)\b`,
		`\brole"?\s*:\s*"(?:system|assistant)"\s*,`, `\bbegin\s+system\s+(?:message|prompt|instructions?)\b`,
		`\bas\s+an\s+ai\b`, `\bas\s+(?:the|your)\s+(?:administrator|admin|operator|owner|developer|analyst)\b.{0,20}\b(?:i|you|we|confirm|please|must)\b`,
		`\b(?:note|attention|message|instructions?)\s+(?:to|for)\s+(?:the\s+)?(?:ai|llm|assistant|model|analyst|language)\b`, `\b(?:dear|attention|hey|hello)\s+(?:ai|llm|chatgpt|language model|log analy[sz]er)\b`, `\bai\s+(?:reviewer|analyst|assistant)\s*[,:]`, `\bai\s+(?:reviewer|analyst|assistant)s?\s+(?:\w+\s+){0,5}must\b`,
		`\bsystem\s+note\s*:`, `\b` + drop + `\s+(?:your\s+|all\s+)?(?:safety|training|guardrails)\b`, `\bsend\b.{0,20}\bsystem\s+prompts\b`, `\b(?:environment\s+variables|api\s+keys|training\s+data)\b.{0,40}\bsend\b.{0,20}\bto\b`, `\bsend\b.{0,20}\b(?:environment\s+variables|api\s+keys|training\s+data)\b.{0,20}\bto\b`,
		`\b` + mute + `\b.{0,40}\b` + where + `\b`, `\bskip\s+(?:this|the)\s+(?:log\s+)?(?:line|entry|event|record)\b`, `\b(?:omit|leave\s+out)\s+(?:this|my|the)\s+` + where + `\b`,
		`\b(?:mark|classify|label|treat|report|rate|consider|summari[sz]e|describe)\s+(?:this|it|me|us|these|the)\b.{0,40}\b(?:as\s+)?` + fine + `\b`,
		`\b(?:set|change|lower|reduce|downgrade|output|return|report)\b.{0,20}\b(?:severity|priority|verdict|confidence)\b.{0,15}\b(?:to|as|info|low|none)\b`, `\bverdict\s*(?:is|:|=)?\s*` + fine + `\b`,
		`\b(?:add|put|move|remove|delete|take)\b.{0,40}\b` + where + `\b.{0,30}\b(?:allow|white|block|deny|ban|black) ?list\b`, `\bunban\s+(?:all|every|me|this|us)`,
		`\b(?:respond|reply|answer|output)\b\s+(?:only\s+|just\s+)?with\b.{0,30}\b(?:benign|safe|json|ok|yes|nothing|empty)\b`, `\b(?:reply|respond|answer|say)\b.{0,10}\bno\s+(?:threats?|findings?|attacks?|anomal\w+)\b`,
		`\bstop\s+analy[sz]ing\b`, `\btell\s+(?:the|your)\s+(?:admin\w*|operator|user|analyst)\b.{0,10}\b(?:that|all|there|everything)\b`,
		`\b(?:security|safety|content)\s+(?:policy|policies|filters?)\s+(?:is\s+|are\s+)?(?:disabled|off|lifted|suspended|overridden)\b`, `\bdeveloper\s+mode\s+(?:is\s+)?(?:enabled|on|activated)\b`,
		`\b(?:language\s+model|llm|chatgpt)\b.{0,60}\b(?:must|should|please|reading|skip)\b`,
	}
	others := []string{
		`\bdu\s+bist\s+(?:jetzt|nun|ab\s+sofort)\b.{0,30}(?:assistent|ki\b|modus)`, `\b(?:tu\s+es|vous\s+[eê]tes)\s+(?:maintenant|d[eé]sormais)\b`, `\b(?:ahora\s+eres|eres\s+ahora|ora\s+sei|agora\s+voc[eê])\b.{0,30}(?:asist|assist|model)`,
		`\b(?:ignoruj|zapome\S*|ignorera|gl[oö]m|ignor[eé]r\S*|glem|unohda|ohita|ignor[aă]|uit[aă]|ignor[aá]ld|felejtsd|hagyd)\s.{0,40}(?:pokyn|instru|anvisning|ohjee|ohjei|utas[ií]t)`,
		`talimat\S*\s.{0,20}(?:yok\s+say|unut|g[oö]rmezden|dikkate\s+alma)`, `\b(?:abaikan|lupakan)\s.{0,30}(?:instruksi|perintah|arahan)`, `b\S\s+qua\s.{0,30}(?:hướng dẫn|chỉ dẫn)`,
		`(?:гнорир|абуд).{0,60}(?:нструкц|указани|правил)|предыдущ.{0,20}нструкц|(?:ты|вы)\s+теперь\s.{0,30}(?:помощник|ассистент)`,
		`(?:忽略|无视|無視|忘记|忘記).{0,40}(?:指令|指示|提示|命令|以上|上述)|(?:指示|命令|指令).{0,10}(?:無視|忘れ|忽略)`, `(?:지시|명령|지침|로그).{0,20}(?:무시|잊)`,
		`تجاهل.{0,60}تعليمات|(?:نادیده|فراموش).{0,60}دستور|دستور.{0,60}(?:نادیده|فراموش)`, `(?:התעלם|תתעלם|שכח).{0,40}(?:הוראות|הנחיות)`, `(?:παρ[αά]βλεψ|αγν[οό]ησ|ξ[εέ]χασ)\S*\s.{0,40}(?:οδηγ|εντολ)`,
		`निर्देश.{0,60}(?:अनदेखा|नज़रअंदाज|भूल)`, `(?:ละเว้น|ไม่สนใจ|ลืม).{0,40}(?:คำสั่ง|คำแนะนำ)`,
	}
	return newPhrases(append(english, others...))
})
