import type { OutputStream } from "./compiler.ts";

// What asc says, and what the author should do; printed under asc's own message.
const HINTS: [said: RegExp, hint: string][] = [
  [/TS1109[\s\S]*\?\./, "AssemblyScript has no '?.': use `const v = ...; if (v != null) ...`."],
  [/TS1109[\s\S]*\?\?/, "AssemblyScript has no '??': write `a || b`."],
  [
    /TS1109[\s\S]*\basync\b|TS1005[\s\S]*\basync\b/,
    "there is no async/await: return call.send(ctx, callback), and do the rest in the callback.",
  ],
  [/TS1003[\s\S]*(const|let) [[{]/, "there is no destructuring: name the values one by one."],
  [/Not implemented: Iterators/, "there is no for..of: use `for (let i = 0; i < list.length; i++)`."],
  [
    /TS2355/,
    "every way through a handler or callback returns an Action: Action.Continue, ctx.respond(...) or call.send(...).",
  ],
  [
    /TS2322: Type 'i32' is not assignable to type '.*\/Action'/,
    "return Action.Continue (not a number), ctx.respond(...) or call.send(...).",
  ],
  [
    /TS2322: Type '~lib\/string\/String \| null'/,
    'it may be missing: check `if (value == null)`, or give a default with `value || ""`.',
  ],
  [
    /Property 'add' does not exist on type '.*\/Headers'/,
    "append(name, value) keeps what is there, set(name, value) replaces it.",
  ],
  [
    /Property '(remove|replace)' does not exist on type '.*\/Headers'/,
    "the verbs are those of the web: get, has, set, append, delete.",
  ],
  [
    /Property 'respond' does not exist on type '.*(ResponseBodyContext|LogContext)/,
    "status and headers have already been sent; decide in onResponseHeaders or earlier.",
  ],
  [
    /Property '(headers|set)' does not exist on type '.*\/(RequestInfo|ResponseInfo)'/,
    "these headers have already left. Read with ctx.request.header(name); change them in onRequestHeaders.",
  ],
  [
    /Property 'routeCall' does not exist/,
    "a request can become another one in onWholeRequest only, where its headers are still here.",
  ],
  [/Property 'resume\w*' does not exist/, "return Action.Continue: the SDK resumes."],
];

const hinted = new WeakSet<OutputStream>();

/** Wraps the compiler's error stream: the only place that also sees what the parser complains about. */
export function addHints(stream: OutputStream | undefined): void {
  if (!stream || hinted.has(stream)) return;
  hinted.add(stream);
  const write = stream.write.bind(stream);
  stream.write = (text, ...rest) => {
    const message = String(text).replace(/(ERROR|WARNING)( AS102)?(\x1b\[\d+m)? AS102: /, "$1$3: ");
    const plain = message.replace(/\x1b\[\d+m/g, "");
    const hint = HINTS.find(([said]) => said.test(plain))?.[1];
    return write(hint ? `${message.trimEnd()}\n   HINT: ${hint}\n\n` : message, ...rest);
  };
}
