import { Bytes } from "../bytes/bytes";
import { Json } from "../json/json";
import { EventReader } from "../web/events";

/**
 * What an LLM's answer says about its tokens: of OpenAI (chat, responses, images, batches) and those that answer alike, Anthropic and Gemini, whole
 * or streamed. Feed it the answer; the last word on each number counts. Source: wasm-go pkg/tokenusage.
 */
export class TokenUsage {
  /** "" until an answer has named it. */
  model: string = "";
  /** The answer's id. */
  chatId: string = "";
  /** -1 until an answer has told. */
  inputTokens: i64 = -1;
  /** -1 until an answer has told. */
  outputTokens: i64 = -1;
  private total: i64 = -1;
  private events: EventReader = new EventReader();

  /** As told; else the sum of both; -1 when neither is known. */
  get totalTokens(): i64 {
    if (this.total >= 0) return this.total;
    return this.inputTokens < 0 && this.outputTokens < 0
      ? -1
      : max<i64>(0, this.inputTokens) + max<i64>(0, this.outputTokens);
  }
  /** Whether any number is known. */
  get isKnown(): bool {
    return this.totalTokens >= 0;
  }
  /** A whole answer in JSON; false when it is none. */
  readBody(body: Bytes): bool {
    const json = Json.parse(body);
    if (!json) return false;
    this.read(json);
    return true;
  }
  /** The next chunk of a stream of server-sent events, wherever it begins and ends. */
  readChunk(chunk: Bytes, last: bool): void {
    this.events.push(chunk, last);
    for (let event = this.events.next(); event; event = this.events.next()) {
      const data = event.data;
      if (data == null || !data.includes('"')) continue;
      const json = Json.parseText(data);
      if (json) this.read(json);
    }
  }
  private read(json: Json): void {
    this.model = first(json, ["model", "response.model", "modelVersion", "message.model"], this.model);
    this.chatId = first(json, ["id", "response.id", "responseId", "message.id"], this.chatId);
    const input = ["usage.prompt_tokens", "usage.input_tokens", "response.usage.input_tokens"];
    input.push("usageMetadata.promptTokenCount");
    input.push("message.usage.input_tokens");
    this.inputTokens = number(json, input, this.inputTokens);
    const output = ["usage.completion_tokens", "usage.output_tokens", "response.usage.output_tokens"];
    output.push("usageMetadata.candidatesTokenCount");
    output.push("message.usage.output_tokens");
    this.outputTokens = number(json, output, this.outputTokens);
    const total = ["usage.total_tokens", "response.usage.total_tokens", "usageMetadata.totalTokenCount"];
    this.total = number(json, total, this.total);
  }
}
function first(json: Json, paths: string[], otherwise: string): string {
  for (let i = 0; i < paths.length; i++) {
    const text = json.string(paths[i]);
    if (text != null && text.length) return text;
  }
  return otherwise;
}
function number(json: Json, paths: string[], otherwise: i64): i64 {
  for (let i = 0; i < paths.length; i++) {
    const n = json.integer(paths[i], -1);
    if (n >= 0) return n;
  }
  return otherwise;
}
