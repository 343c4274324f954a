// Writes a language model that has learned nothing: two layers of the llama
// architecture with random weights, a token for each byte. Held to a schema it answers
// with well-formed nonsense, which is the adversary that gumshoe is tried against.
//
//   node model.mjs FILE
import {writeFileSync} from "node:fs";

const width = 64, layers = 2, heads = 4, inner = 128, context = 32768;

const parts = [];
const put = (size, write) => { const b = Buffer.alloc(size); write(b); parts.push(b); };
const u32 = n => put(4, b => b.writeUInt32LE(n));
const i32 = n => put(4, b => b.writeInt32LE(n));
const u64 = n => put(8, b => b.writeBigUInt64LE(BigInt(n)));
const f32 = n => put(4, b => b.writeFloatLE(n));
const text = s => { const b = Buffer.from(s); u64(b.length); parts.push(b); };

// Values of the header, each behind its type (GGUF, version 3).
const kinds = {u32: [4, u32], i32: [5, i32], f32: [6, f32], text: [8, text]};
const value = (key, kind, v) => { text(key); u32(kinds[kind][0]); kinds[kind][1](v); };
const list = (key, kind, all) => { text(key); u32(9); u32(kinds[kind][0]); u64(all.length); all.forEach(kinds[kind][1]); };

const tokens = ["<unk>", "<s>", "</s>"], types = [2, 3, 3];
for (let i = 0; i < 256; i++) { tokens.push(`<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`); types.push(6); }
for (let i = 33; i < 127; i++) { tokens.push(String.fromCharCode(i)); types.push(1); }
tokens.push("\u2581"); types.push(1); // a space

const tensors = [["token_embd.weight", [width, tokens.length]], ["output_norm.weight", [width]], ["output.weight", [width, tokens.length]]];
for (let l = 0; l < layers; l++)
    for (const [name, shape] of [["attn_norm", [width]], ["attn_q", [width, width]], ["attn_k", [width, width]], ["attn_v", [width, width]], ["attn_output", [width, width]],
        ["ffn_norm", [width]], ["ffn_gate", [width, inner]], ["ffn_up", [width, inner]], ["ffn_down", [inner, width]]])
        tensors.push([`blk.${l}.${name}.weight`, shape]);

parts.push(Buffer.from("GGUF"));
u32(3); u64(tensors.length); u64(18);
value("general.architecture", "text", "llama");
value("general.name", "text", "nonsense");
value("general.file_type", "u32", 0);
value("llama.context_length", "u32", context);
value("llama.embedding_length", "u32", width);
value("llama.block_count", "u32", layers);
value("llama.feed_forward_length", "u32", inner);
value("llama.attention.head_count", "u32", heads);
value("llama.attention.head_count_kv", "u32", heads);
value("llama.attention.layer_norm_rms_epsilon", "f32", 1e-5);
value("llama.rope.dimension_count", "u32", width / heads);
value("tokenizer.ggml.model", "text", "llama");
list("tokenizer.ggml.tokens", "text", tokens);
list("tokenizer.ggml.scores", "f32", tokens.map(() => 0));
list("tokenizer.ggml.token_type", "i32", types);
value("tokenizer.ggml.bos_token_id", "u32", 1);
value("tokenizer.ggml.eos_token_id", "u32", 2);
value("tokenizer.ggml.unknown_token_id", "u32", 0);

const size = shape => shape.reduce((a, b) => a * b) * 4;
let offset = 0;
for (const [name, shape] of tensors) {
    text(name); u32(shape.length); shape.forEach(u64); u32(0); u64(offset);
    offset += size(shape);
}
const head = parts.reduce((n, b) => n + b.length, 0);
parts.push(Buffer.alloc((32 - head % 32) % 32)); // all sizes are multiples of 32

let seed = 1;
const random = () => (seed = Math.imul(seed, 1664525) + 1013904223 >>> 0) / 2 ** 32 - .5;
for (const [name, shape] of tensors) {
    const b = Buffer.alloc(size(shape));
    for (let i = 0; i < b.length; i += 4) b.writeFloatLE(name.includes("norm") ? 1 : random(), i);
    parts.push(b);
}
writeFileSync(process.argv[2], Buffer.concat(parts));
