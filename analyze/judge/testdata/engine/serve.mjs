// Serves a model on the loopback as OpenAI's API does, as far as gumshoe asks.
//
//   node serve.mjs MODEL        prints the port
import {createServer} from "node:http";
import {getLlama, LlamaCompletion} from "node-llama-cpp";

const llama = await getLlama({gpu: false, build: "never", logLevel: "error"});
const model = await llama.loadModel({modelPath: process.argv[2]});
const context = await model.createContext({contextSize: 32768, batchSize: 512, threads: 2});
const sequence = context.getSequence();
const completion = new LlamaCompletion({contextSequence: sequence});

let turn = Promise.resolve(); // one request after the other

async function complete(asked) {
    const prompt = asked.messages.map(m => `${m.role}: ${m.content}`).join("\n") + "\nassistant: ";
    const form = asked.response_format;
    const grammar = form?.type === "json_schema" ? await llama.createGrammarForJsonSchema(form.json_schema.schema)
        : form?.type === "json_object" ? await llama.getGrammarFor("json") : undefined;
    const input = model.tokenize(prompt);
    const {response, metadata} = await completion.generateCompletionWithMeta(input, {
        grammar, maxTokens: asked.max_completion_tokens ?? asked.max_tokens ?? 256, temperature: .8, seed: 7,
    });
    const out = model.tokenize(response).length;
    return {
        id: "x", object: "chat.completion", model: asked.model,
        choices: [{index: 0, finish_reason: metadata.stopReason === "maxTokens" ? "length" : "stop", message: {role: "assistant", content: response}}],
        usage: {prompt_tokens: input.length, completion_tokens: out, total_tokens: input.length + out},
    };
}

createServer((request, reply) => {
    const answer = (status, body) => { reply.writeHead(status, {"Content-Type": "application/json"}); reply.end(JSON.stringify(body)); };
    if (request.url === "/v1/models") return answer(200, {object: "list", data: [{id: "nonsense"}]});
    if (request.url !== "/v1/chat/completions") return answer(404, {error: {message: "no such page"}});
    let body = "";
    request.on("data", d => body += d).on("end", () => {
        turn = turn.then(async () => answer(200, await complete(JSON.parse(body)))).catch(e => answer(500, {error: {message: String(e)}}));
    });
}).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
