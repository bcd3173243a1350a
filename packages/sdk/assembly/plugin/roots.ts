// Root contexts and their configurations. Several live in one VM: plugins that share it, and the old and new one during an update.
import { hostLength, hostPointer } from "../abi/allocator";
import { BufferType, LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded, lengthOf, pointerOf, release } from "../abi/text";
import { ROOT, document, find, freeParts } from "../config/part";
import { endProblem, refuse, startProblem, warnOfUnread } from "../config/problem";
import { findBuffer, readBuffer } from "../host/buffers";
import { Bytes } from "../bytes/bytes";
import { free } from "../runtime/free";
import { allocBeside, freeObjects, isScoped, keepObjects } from "../runtime/scope";
import { putCount, putString, putText } from "../abi/compose";
import { endLine, startLine } from "../host/log";
import { enterContext } from "../host/streams";
import { Kind, firstIn, kindAt, member, nextIn, textAt, unreadFrom } from "../json/condensed";
import { condense, failedAt, hasFailed } from "../json/validate";
import { collectOutside, enterCallback, leaveCallback } from "../stream/callback";
import { Mark, Phase, isMarked, running } from "../stream/stream";
import { handlers } from "./handlers";
import { Choice, Match, Rule, choose, firstText } from "./rules";

/** Its configuration is the global one. */
// @ts-ignore: decorator
@unmanaged @final
class Root extends Choice {
  /** The next root context. */
  sibling: usize;
  id: u32;
  /** The document, which the rules point into; 0 for none. */
  text: usize;
  /** What was made for it, where nothing else answers for objects. */
  objects: usize;
}

let first: usize = 0;
let newestStream: u32 = 0;
let newestRoot: u32 = 0;

/** `proxy_on_context_create` comes right before a stream's first callback, so remembering the newest is enough. */
export function createContext(id: u32, root: u32): void {
  newestStream = id;
  newestRoot = root;
}

/** Chooses the running stream's configuration, once, and returns it; 0 when none applies. */
export function configure(): usize {
  // A stream with one phase asks once.
  const once = running.lastPhase == Phase.RequestHeaders;
  if (once || !isMarked(Mark.Configured)) {
    if (!once) running.marks |= Mark.Configured;
    const root = rootOf(running.id);
    if (root) running.config = choose(changetype<Root>(root)).config;
  }
  return running.config;
}
function rootOf(stream: u32): usize {
  const root = first;
  if (!root || !changetype<Root>(root).sibling) return root;
  return findRoot(newestStream == stream ? newestRoot : 0);
}
function findRoot(id: u32): usize {
  let root = first;
  while (root && changetype<Root>(root).id != id) root = changetype<Root>(root).sibling;
  return root;
}

let walkedRoot: usize = 0;
let walked: usize = 0;
/** The configuration objects of a root context, one after the other: the global one, and one for each rule. 0 at the end. */
export function firstConfig(id: u32): usize {
  walked = walkedRoot = findRoot(id);
  return walked ? changetype<Choice>(walked).config || nextConfig() : 0;
}
export function nextConfig(): usize {
  walked = changetype<Choice>(walked).next;
  return walked == walkedRoot ? 0 : changetype<Choice>(walked).config;
}

/** `proxy_on_configure`: true when the configuration is accepted. What was configured before stays until then. */
export function configureRoot(id: u32, size: u32): bool {
  enterCallback();
  const root = changetype<Root>(allocBeside(offsetof<Root>()));
  root.next = changetype<usize>(root);
  // Its sibling, too.
  store<u64>(changetype<usize>(root), 0, offsetof<Root>("config"));
  root.id = id;
  document.failed = false;
  if (handlers.parseRaw) {
    root.text = 0;
    readRaw(root, size ? readBuffer(BufferType.PluginConfiguration) : null);
  } else {
    findBuffer(BufferType.PluginConfiguration);
    let p = hostPointer();
    let length = hostLength();
    if (!length) {
      p = pointerOf(utf8("{}\0"));
      length = 2;
    }
    store<u8>(p + length, 0);
    let text = condense(p, length);
    let json: Encoded = 0;
    if (handlers.toJson && hasFailed()) {
      json = call_indirect<Encoded>(handlers.toJson, p, <u32>length);
      if (json) {
        if (!isScoped) heap.free(text);
        p = pointerOf(json);
        text = condense(p, lengthOf(json));
      }
    }
    if (!isScoped) root.text = text;
    document.start = text;
    document.index = -1;
    if (hasFailed()) {
      startProblem(ROOT, 0, -1);
      putText(utf8("bad JSON or over 64 levels at byte "));
      putCount(failedAt(p));
      // As its first field does.
      if (load<u8>(p) == 10) putText(utf8("; a Struct? Use a StringValue"));
      endProblem();
    } else readConfiguration(root);
    if (json) heap.free(pointerOf(json));
  }
  freeParts();
  if (isScoped) root.objects = keepObjects();
  const accepted = !document.failed;
  if (accepted) {
    let other = first;
    first = changetype<usize>(root);
    // Those that the host still knows stay, as their streams do: also this root context's own, where a host gives it another configuration.
    while (other) {
      const next = changetype<Root>(other).sibling;
      if (!enterContext(changetype<Root>(other).id)) deleteRoot(other);
      else {
        changetype<Root>(other).sibling = root.sibling;
        root.sibling = other;
      }
      other = next;
    }
    enterContext(id);
  } else deleteRoot(changetype<usize>(root));
  release();
  leaveCallback();
  collectOutside();
  return accepted;
}
function readRaw(root: Root, text: ArrayBuffer | null): void {
  root.config = keep(call_indirect<usize>(handlers.newConfig));
  const bytes = Bytes.wrap(text);
  const problem = call_indirect<string | null>(handlers.parseRaw, changetype<usize>(bytes), root.config);
  if (problem == null) return;
  document.failed = true;
  startLine();
  putText(utf8("configuration refused: "));
  putString(problem);
  endLine(LogLevel.Error);
}
// A root's objects go together where nothing else answers for them, and all its memory with them.
// @ts-ignore: decorator
@inline function keep(config: usize): usize {
  return isScoped ? config : __pin(config);
}
/** With its rules. */
function deleteRoot(root: usize): void {
  if (isScoped) return freeObjects(changetype<Root>(root).objects);
  free(changetype<Root>(root).text);
  let rule = root;
  do {
    const next = changetype<Choice>(rule).next;
    __unpin(changetype<Choice>(rule).config);
    heap.free(rule);
    rule = next;
  } while (rule != root);
}

function readConfiguration(root: Root): void {
  if (!isObject()) return;
  const object = document.start;
  const rules = member(object, utf8("_rules_"));
  let item: usize = 0;
  let end: usize = 0;
  if (rules) {
    if (kindAt(rules) != Kind.List) return refuse(ROOT, utf8("_rules_"), -1, utf8("must be a list"));
    item = firstIn(rules);
    end = nextIn(rules);
  }
  // As in wasm-go: where there are rules, a global part that cannot be read is left out, and requests without a rule pass by.
  document.partial = item < end;
  const objectEnd = nextIn(object);
  if (!rules || unreadFrom(firstIn(object), objectEnd) < objectEnd) root.config = parse();
  if (document.partial & document.failed) {
    document.failed = false;
    if (!isScoped) __unpin(root.config);
    root.config = 0;
  }
  document.partial = false;
  if (item == end && !root.config) refuse(ROOT, utf8("_rules_"), -1, utf8("needs a rule"));
  readRules(root, object, item, end);
}
function isObject(): bool {
  if (kindAt(document.start) == Kind.Object) return true;
  refuse(ROOT, 0, -1, utf8("must be an object"));
  return false;
}
function parse(): usize {
  const config = keep(call_indirect<usize>(handlers.newConfig));
  call_indirect<void>(handlers.parse, changetype<usize>(ROOT), config);
  if (!document.failed) warnOfUnread(ROOT);
  return config;
}
function readRules(root: Root, global: usize, item: usize, end: usize): void {
  let last: Choice = root;
  for (document.start = item; document.start < end; document.start = nextIn(document.start)) {
    document.index++;
    if (!isObject()) return;
    const rule = changetype<Rule>(allocBeside(offsetof<Rule>()));
    rule.next = changetype<usize>(root);
    last.next = changetype<usize>(rule);
    last = rule;
    const routes = readCondition(utf8("_match_route_"));
    const domains = readCondition(utf8("_match_domain_"));
    let list = readCondition(utf8("_match_service_"));
    const prefixes = readCondition(utf8("_match_route_prefix_"));
    // Of several, route and service both have to hold; otherwise the first of route, domain, service, prefix counts.
    let kind = Match.Service;
    if (!routes) {
      if (domains) {
        list = domains;
        kind = Match.Domain;
      } else if (!list) {
        list = prefixes;
        kind = Match.Prefix;
      }
      if (!list)
        refuse(
          ROOT,
          0,
          -1,
          utf8("no _match_route_, _match_domain_, _match_service_ or _match_route_prefix_"),
        );
    }
    if (document.inherits) ROOT.fallback = global;
    rule.config = parse();
    if (document.inherits) ROOT.fallback = 0;
    rule.routes = routes;
    rule.list = list;
    rule.kind = kind;
  }
}
/** A text or a list of texts; 0 when it is missing or null, or holds none but empty ones. */
function readCondition(key: Encoded): usize {
  const list = find(ROOT, key);
  let found: usize = 0;
  if (list)
    for (let item = firstText(list), end = nextIn(list); item < end; item = nextIn(item)) {
      if (kindAt(item) != Kind.String) refuse(ROOT, key, -1, utf8("must be a list of strings"));
      if (lengthOf(textAt(item))) found = list;
    }
  return found;
}
