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
    /TS2322: Type '[^']*' is not assignable to type '.*\/Action'/,
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
  [
    /AS216: Class '~lib\/array\/Array<~lib\/array\/Array<~lib\/string\/String>>'/,
    'headers are a list of pairs: [["name", "value"]].',
  ],
  [
    /TS2554[\s\S]*instantiate<[CS]>/,
    "configuration and state are made without arguments: a constructor that takes some has to go.",
  ],
  [/TS2564/, 'give the field an initial value: `name: string = "";`.'],
  [/TS1140[\s\S]*\.map\(/, "name the type that comes out: `list.map<string>(...)`."],
  [/Not implemented: Regular expressions/, "use Pattern.compile(...), while reading the configuration."],
  [/Not implemented: union types/, "the only union is that with null: `string | null`."],
  [
    /Cannot find name '(any|unknown)'/,
    "there is no 'any': name the type, or leave it out where asc can tell.",
  ],
  [/Cannot find name 'undefined'/, "what is absent is null."],
  [/Cannot find name 'Record'/, "use Map<string, string>, or a list of pairs."],
  [
    /Cannot find name 'JSON'/,
    "body.json() and Json.parse read JSON, TypedJson reads it into a class, quote(text) writes a string.",
  ],
  [
    /Cannot find name 'fetch'/,
    "an HttpClient calls services of the gateway: `return client.get(path).send(ctx, callback)`.",
  ],
  [
    /Cannot find name '(Promise|setTimeout|setInterval)'/,
    "nothing waits in a handler: calls have callbacks, and onTick comes again.",
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
