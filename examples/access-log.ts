import { Action, LogFields, Plugin, TokenUsage } from "@gateway-plugins/sdk";

// Adds to the access log who called and what an LLM's answer has cost: `"custom_log":"%FILTER_STATE(wasm.custom_log:PLAIN)%"`.
class State {
  consumer: string = "";
  usage: TokenUsage = new TokenUsage();
}

new Plugin<NoConfig, State>("access-log")
  .onRequestHeaders((ctx) => {
    ctx.state.consumer = ctx.request.consumer || "anonymous";
    return Action.Continue;
  })
  .onResponseHeaders((ctx) => {
    if (ctx.response.hasBinaryBody) ctx.response.skipBody();
    return Action.Continue;
  })
  .rewriteResponseChunks((ctx, chunk, last) => {
    ctx.state.usage.readChunk(chunk, last);
    return chunk;
  })
  .onLog((ctx) => {
    const fields = new LogFields().set("consumer", ctx.state.consumer);
    const usage = ctx.state.usage;
    if (usage.isKnown) fields.set("model", usage.model).setNumber("total_token", usage.totalTokens);
    fields.write();
  });
