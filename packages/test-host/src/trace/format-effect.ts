import type { GrpcCallEffect, HeaderChange, HttpCallEffect, RedisCallEffect, TraceEffect } from "./trace.ts";

/** One thing that a plugin did, in a line. */
export function formatEffect(effect: TraceEffect): string {
  switch (effect.kind) {
    case "headers":
      return `${effect.map}: ${effect.changes.map(formatChange).join("; ") || "rewritten, nothing differs"}`;
    case "body": {
      const { before, after } = effect;
      return `${effect.side} body: ${before.bytes} bytes -> ${after.bytes} bytes ${quoted(after.text)}`;
    }
    case "property":
      return `property ${effect.path} = ${JSON.stringify(effect.value)}`;
    case "http-call":
      return formatHttpCall(effect);
    case "redis-call":
      return formatRedisCall(effect);
    case "grpc-call":
      return formatGrpcCall(effect);
    case "local-response": {
      const body = effect.body === "" ? "" : ` ${quoted(effect.body)}`;
      return `local response ${effect.status}${effect.details && ` (${effect.details})`}${body}`;
    }
    case "continue":
      return `continues the ${effect.side}`;
    case "close":
      return "closes the stream";
    case "tick-period":
      return effect.ms === 0 ? "no ticks any more" : `ticks every ${effect.ms} ms`;
    case "log":
      return `log ${effect.level}: ${effect.message}`;
    case "refused":
      return `${effect.function} -> ${effect.result} ${effect.name}`;
  }
}

const SHOWN = 200;

/** A text in quotes; of a long one its start. */
export function quoted(text: string): string {
  return text.length <= SHOWN ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, SHOWN))}...`;
}

/** `+` added, `-` removed, `~` changed. */
function formatChange({ name, before, after }: HeaderChange): string {
  if (before.length === 0) return after.map((value) => `+ ${name}: ${value}`).join("; ");
  if (after.length === 0) return `- ${name}: ${before.join(" | ")}`;
  return `~ ${name}: ${before.join(" | ")} => ${after.join(" | ")}`;
}

function formatHttpCall(call: HttpCallEffect): string {
  const timeout = call.timeoutMs > 0 ? `, ${call.timeoutMs} ms at most` : "";
  const what = `call ${call.method} ${call.authority}${call.path} on ${call.cluster}${timeout}`;
  if (call.result !== 0) return `${what}: refused (${call.result})`;
  if (call.answer === undefined) return `${what}: no answer yet`;
  const { status, bytes, durationMs } = call.answer;
  const took = ` after ${durationMs.toFixed(1)} ms`;
  return `${what}: ${status === 0 ? "the answer broke off" : `${status}, ${bytes} bytes`}${took}`;
}

function formatGrpcCall(call: GrpcCallEffect): string {
  const what = `gRPC ${call.isStream ? "stream" : "call"} ${call.method} on ${JSON.stringify(call.target)}`;
  if (call.result !== 0) return `${what}: refused (${call.result})`;
  if (call.answer === undefined) return `${what}: no answer yet`;
  const { status, messages, durationMs } = call.answer;
  const end = status === undefined ? "goes on" : `status ${status}`;
  return `${what}: ${end}, ${messages} messages, ${durationMs.toFixed(1)} ms`;
}

function formatRedisCall(call: RedisCallEffect): string {
  const what = `redis ${call.command.map(shortWord).join(" ")} on ${call.cluster}`;
  if (call.result !== 0) return `${what}: refused (${call.result})`;
  if (call.answer === undefined) return `${what}: no answer yet`;
  const { reply, durationMs } = call.answer;
  const told = reply === null ? "connection failed" : JSON.stringify(reply.replace(/\r\n$/, ""));
  return `${what}: ${told} after ${durationMs.toFixed(1)} ms`;
}

/** Scripts are long. */
function shortWord(word: string): string {
  const isPlain = /^[!-~]+$/.test(word) && word.length <= 60;
  return isPlain ? word : JSON.stringify(word.length > 60 ? `${word.slice(0, 57)}...` : word);
}
