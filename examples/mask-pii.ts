import { Action, ConfigReader, Json, Pattern, Plugin, quote } from "@gateway-plugins/sdk";

/**
 * Masks what looks like personal data in the strings of JSON responses, escaped or not. Patterns match in linear time, whatever a service answers.
 * Compressed responses and those over 512 KiB pass as they are; so that there are none of the former, services are not told that they may compress.
 */
class Config {
  patterns: Pattern[] = [];
  mask: string = "";

  read(json: ConfigReader): void {
    this.mask = json.string("mask", "***");
    const sources = json.strings("patterns");
    for (let i = 0; i < sources.length; i++) {
      const pattern = Pattern.compile(sources[i]);
      if (pattern) this.patterns.push(pattern);
      else json.fail("patterns", sources[i] + ": " + Pattern.problem);
    }
  }
  masked(text: string): string {
    for (let i = 0; i < this.patterns.length; i++) text = this.patterns[i].replaceAll(text, this.mask);
    return text;
  }
}

/** Behind the closing quote of the JSON string that begins at `start`. */
function endOfString(text: string, start: i32): i32 {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) != 34) at += text.charCodeAt(at) == 92 ? 2 : 1;
  return min(at + 1, text.length);
}

new Plugin<Config>("mask-pii")
  .limitResponseBody(1 << 19)
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    ctx.request.headers.delete("accept-encoding");
    return Action.Continue;
  })
  .onResponseHeaders((ctx) => {
    const type = ctx.response.headers.get("content-type") || "";
    if (!type.startsWith("application/json") || ctx.response.headers.has("content-encoding"))
      ctx.response.skipBody();
    return Action.Continue;
  })
  .rewriteResponseBody((ctx, body) => {
    const text = body.text();
    const pieces: string[] = [];
    let copied = 0;
    let end = 0;
    for (let start = text.indexOf('"'); start >= 0; start = text.indexOf('"', end)) {
      end = endOfString(text, start);
      const json = Json.parseText(text.substring(start, end));
      const before = json ? json.string("") || "" : "";
      const after = ctx.config.masked(before);
      if (after == before) continue;
      pieces.push(text.substring(copied, start) + quote(after));
      copied = end;
    }
    return copied ? body.replaceText(pieces.join("") + text.substring(copied)) : Action.Continue;
  });
