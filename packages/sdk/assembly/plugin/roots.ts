// Root contexts and their configurations. Several live in one VM: plugins that share it, and the old and new one during an update.
import { hostLength } from "../abi/allocator";
import { BufferType, LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded, lengthOf, pointerOf, release } from "../abi/text";
import { Part, document, freeParts, rootPart } from "../config/part";
import { endProblem, refuse, startProblem, warnOfUnread } from "../config/problem";
import { readBuffer, readRawBuffer } from "../host/buffers";
import { Bytes } from "../bytes/bytes";
import { freeObjects, isScoped, keepObjects } from "../runtime/scope";
import { putNumber, putString, putText } from "../abi/compose";
import { endLine, startLine } from "../host/log";
import { enterContext } from "../host/streams";
import { Kind, firstIn, isEnd, kindAt, member, nextIn, unreadFrom } from "../json/condensed";
import { condense, failedAt, isJson } from "../json/validate";
import { collectOutside, enterCallback, leaveCallback } from "../stream/callback";
import { Mark, Phase, isMarked, running } from "../stream/stream";
import { handlers } from "./handlers";
import { Choice, Match, Rule, endMatching, firstText, nextText } from "./rules";

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

/** Chooses the running stream's configuration, once. False: none applies. */
export function configure(): bool {
  // A stream with one phase asks once.
  const once = running.lastPhase == Phase.RequestHeaders;
  if (once || !isMarked(Mark.Configured)) {
    if (!once) running.marks |= Mark.Configured;
    const root = rootOf(running.id);
    if (root) running.config = chooseConfig(changetype<Root>(root));
  }
  return running.config != 0;
}
/** Of the first rule that applies, else the global one; 0 when there is none. */
function chooseConfig(root: Root): usize {
  let rule = root.next;
  if (rule != changetype<usize>(root)) {
    while (rule != changetype<usize>(root) && !changetype<Rule>(rule).applies())
      rule = changetype<Rule>(rule).next;
    endMatching();
  }
  return changetype<Choice>(rule).config;
}
function rootOf(stream: u32): usize {
  const root = first;
  if (root && !changetype<Root>(root).sibling) return root;
  return newestStream == stream ? findRoot(newestRoot) : 0;
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
  const root = changetype<Root>(heap.alloc(offsetof<Root>()));
  root.next = changetype<usize>(root);
  root.config = 0;
  root.sibling = 0;
  root.id = id;
  document.failed = false;
  if (handlers.parseRaw) {
    root.text = 0;
    readRaw(root, size ? readBuffer(BufferType.PluginConfiguration) : null);
  } else {
    let text = readRawBuffer(BufferType.PluginConfiguration);
    size = <u32>hostLength();
    // JSON has no byte below the space but white space, so a Struct, with the numbers of its fields, is none.
    if (handlers.toJson && !isJson(text, size)) {
      const json = call_indirect<Encoded>(handlers.toJson, text, size);
      if (json) {
        heap.free(text);
        text = pointerOf(json);
        size = <u32>lengthOf(json);
      }
    }
    if (!size) {
      size = 2;
      store<u32>(text, 0x7d7b); // {}
    }
    root.text = text;
    readConfiguration(root, text, size);
  }
  freeParts();
  if (isScoped) root.objects = keepObjects();
  const accepted = !document.failed;
  if (accepted) {
    let other = first;
    first = changetype<usize>(root);
    // Those that the host still knows stay.
    while (other) {
      const next = changetype<Root>(other).sibling;
      if (changetype<Root>(other).id == id || !enterContext(changetype<Root>(other).id)) deleteRoot(other);
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
// A root's objects go together where nothing else answers for them.
// @ts-ignore: decorator
@inline function keep(config: usize): usize {
  return isScoped ? config : __pin(config);
}
// @ts-ignore: decorator
@inline function drop(config: usize): void {
  if (!isScoped) __unpin(config);
}
/** With its rules. */
function deleteRoot(root: usize): void {
  if (isScoped) freeObjects(changetype<Root>(root).objects);
  heap.free(changetype<Root>(root).text);
  let rule = root;
  do {
    const next = changetype<Choice>(rule).next;
    drop(changetype<Choice>(rule).config);
    heap.free(rule);
    rule = next;
  } while (rule != root);
}

function readConfiguration(root: Root, object: usize, length: usize): void {
  const json = rootPart(object, -1);
  // As its first field does.
  const beginsStruct = load<u8>(object) == 10;
  if (!condense(object, length)) {
    startProblem(json, 0, -1);
    putText(utf8("not valid JSON (or over 64 levels deep) at byte "));
    putNumber(failedAt(object));
    if (beginsStruct) putText(utf8("; if it is a Struct, use a google.protobuf.StringValue"));
    return endProblem();
  }
  if (!isObject(json)) return;
  const rules = member(object, utf8("_rules_"));
  let item: usize = 0;
  if (rules) {
    if (kindAt(rules) != Kind.List) return refuse(json, utf8("_rules_"), -1, utf8("must be a list"));
    item = firstIn(rules);
  }
  // As in wasm-go: where there are rules, a global part that cannot be read is left out, and requests without a rule pass by.
  document.partial = item != 0;
  if (!rules || unreadFrom(firstIn(object))) root.config = parse(json);
  if (item && document.failed) {
    document.failed = false;
    drop(root.config);
    root.config = 0;
  }
  document.partial = false;
  if (rules && !item && !root.config)
    refuse(json, utf8("_rules_"), -1, utf8("is empty, with nothing besides it"));
  if (document.inherits) json.fallback = object;
  readRules(root, item);
  if (document.inherits) json.fallback = 0;
}
function isObject(json: Part): bool {
  if (kindAt(json.start) == Kind.Object) return true;
  refuse(json, 0, -1, utf8("must be an object"));
  return false;
}
function parse(json: Part): usize {
  const config = keep(call_indirect<usize>(handlers.newConfig));
  call_indirect<void>(handlers.parse, changetype<usize>(json), config);
  if (!document.failed) warnOfUnread(json);
  return config;
}
function readRules(root: Root, item: usize): void {
  let last: Choice = root;
  for (let index = 0; item; item = nextIn(item), index++) {
    const reader = rootPart(item, index);
    if (!isObject(reader)) return;
    const routes = readCondition(reader, utf8("_match_route_"));
    const domains = readCondition(reader, utf8("_match_domain_"));
    let list = readCondition(reader, utf8("_match_service_"));
    const prefixes = readCondition(reader, utf8("_match_route_prefix_"));
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
          reader,
          0,
          -1,
          utf8("has no _match_route_, _match_domain_, _match_service_ or _match_route_prefix_"),
        );
    }
    const config = parse(reader);
    const rule = changetype<Rule>(heap.alloc(offsetof<Rule>()));
    rule.next = changetype<usize>(root);
    rule.config = config;
    rule.routes = routes;
    rule.list = list;
    rule.kind = kind;
    last.next = changetype<usize>(rule);
    last = rule;
  }
}
/** A text or a list of texts; 0 when it is missing or null, or holds none but empty ones. */
function readCondition(reader: Part, key: Encoded): usize {
  const list = member(reader.start, key);
  let found: usize = 0;
  if (kindAt(list) != Kind.Null)
    for (let item = firstText(list); item; item = nextText(list, item)) {
      if (kindAt(item) != Kind.String) {
        refuse(reader, key, -1, utf8("must be a list of strings"));
        return 0;
      }
      if (!isEnd(item + 1)) found = list;
    }
  return found;
}
