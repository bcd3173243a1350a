// Root contexts and their configurations. Several live in one VM: plugins that share it, and the old and new one during an update.
import { BufferType, LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded, lengthOf, pointerOf, release } from "../abi/text";
import { document, endProblem } from "../config/problem";
import { Part, freeParts, hasOwnKeys, refuse, rootPart, startProblem, warnOfUnread } from "../config/part";
import { readBuffer, readRawBuffer } from "../host/buffers";
import { Bytes } from "../bytes/bytes";
import { putNumber, putString, putText } from "../abi/compose";
import { endLine, startLine } from "../host/log";
import { enterContext } from "../host/streams";
import { Kind, firstIn, kindAt, member, nextIn } from "../json/scan";
import { failedAt, isJson, skipSpace } from "../json/validate";
import {
  Mark,
  Phase,
  collectOutside,
  enterCallback,
  isMarked,
  leaveCallback,
  running,
} from "../stream/stream";
import { handlers } from "./handlers";
import { Rule, firstText, endMatching, nextText, startMatching } from "./rules";

/** Raw memory; what it points to is pinned. */
// @ts-ignore: decorator
@unmanaged @final
class Root {
  next: usize;
  id: u32;
  /** The global configuration; 0 when there are only rules. */
  config: usize;
  /** The first of the rules, in order. */
  rules: usize;
  /** The document, which the rules point into; 0 for none. */
  text: usize;
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
  let rule = root.rules;
  if (!rule) return root.config;
  startMatching();
  while (rule && !changetype<Rule>(rule).applies()) rule = changetype<Rule>(rule).next;
  endMatching();
  return rule ? changetype<Rule>(rule).config : root.config;
}
function rootOf(stream: u32): usize {
  let root = first;
  if (root && !changetype<Root>(root).next) return root;
  if (newestStream != stream) return 0;
  while (root && changetype<Root>(root).id != newestRoot) root = changetype<Root>(root).next;
  return root;
}

let walked: usize = 0;
/** The configuration objects of a root context, one after the other: the global one, and one for each rule. 0 at the end. */
export function firstConfig(id: u32): usize {
  let root = first;
  while (root && changetype<Root>(root).id != id) root = changetype<Root>(root).next;
  if (!root) return 0;
  walked = changetype<Root>(root).rules;
  return changetype<Root>(root).config || nextConfig();
}
export function nextConfig(): usize {
  if (!walked) return 0;
  const config = changetype<Rule>(walked).config;
  walked = changetype<Rule>(walked).next;
  return config;
}

/** `proxy_on_configure`: true when the configuration is accepted. What was configured before stays until then. */
export function configureRoot(id: u32, size: u32): bool {
  enterCallback();
  const root = changetype<Root>(allocateCleared(offsetof<Root>()));
  root.id = id;
  document.failed = false;
  if (handlers.parseRaw) readRaw(root, size ? readBuffer(BufferType.PluginConfiguration) : null);
  else {
    if (size) root.text = readRawBuffer(BufferType.PluginConfiguration);
    // JSON has no byte below the space but white space, so a Struct, with the numbers of its fields, is none.
    if (handlers.toJson && root.text && !isJson(root.text, size)) {
      const json = call_indirect<Encoded>(handlers.toJson, root.text, size);
      if (json) {
        heap.free(root.text);
        root.text = pointerOf(json);
        size = <u32>lengthOf(json);
      }
    }
    if (root.text) readConfiguration(root, root.text, size);
    else readConfiguration(root, EMPTY_OBJECT, 2);
  }
  freeParts();
  const accepted = !document.failed;
  if (accepted) {
    deleteRoots(id);
    enterContext(id);
    root.next = first;
    first = changetype<usize>(root);
  } else deleteRoot(root);
  release();
  leaveCallback();
  collectOutside();
  return accepted;
}
const EMPTY_OBJECT: usize = memory.data<u8>([123, 125, 0]);
function allocateCleared(size: usize): usize {
  const p = heap.alloc(size);
  memory.fill(p, 0, size);
  return p;
}
function readRaw(root: Root, text: ArrayBuffer | null): void {
  root.config = __pin(call_indirect<usize>(handlers.newConfig));
  const bytes = text == null ? Bytes.EMPTY : Bytes.wrap(text);
  const problem = call_indirect<string | null>(handlers.parseRaw, changetype<usize>(bytes), root.config);
  if (problem == null) return;
  document.failed = true;
  startLine();
  putText(utf8("configuration refused: "));
  putString(problem);
  endLine(LogLevel.Error);
}
/** Deletes a root, and those that the host no longer knows. */
function deleteRoots(id: u32): void {
  let last: usize = 0;
  let root = first;
  while (root) {
    const next = changetype<Root>(root).next;
    if (changetype<Root>(root).id == id || !enterContext(changetype<Root>(root).id)) {
      if (last) changetype<Root>(last).next = next;
      else first = next;
      deleteRoot(changetype<Root>(root));
    } else last = root;
    root = next;
  }
}
function deleteRoot(root: Root): void {
  if (root.config) __unpin(root.config);
  if (root.text) heap.free(root.text);
  let rule = root.rules;
  while (rule) {
    const next = changetype<Rule>(rule).next;
    __unpin(changetype<Rule>(rule).config);
    heap.free(rule);
    rule = next;
  }
  heap.free(changetype<usize>(root));
}

function readConfiguration(root: Root, start: usize, length: usize): void {
  const object = skipSpace(start);
  const json = rootPart(object, -1);
  if (!isJson(start, length)) {
    startProblem(json, 0, -1);
    putText(utf8("not valid JSON (or over 64 levels deep) at byte "));
    putNumber(failedAt(start));
    // Field 1, a length of one or two bytes, and field 1 in it.
    if (load<u8>(start) == 10 && (load<u8>(start, 2) == 10 || load<u8>(start, 3) == 10))
      putText(utf8("; if it is a protobuf Struct, give JSON in a google.protobuf.StringValue"));
    return endProblem();
  }
  if (kindAt(object) != Kind.Object) return refuse(json, 0, utf8("must be an object"));
  const rules = member(object, utf8("_rules_"));
  let item: usize = 0;
  if (rules) {
    if (kindAt(rules) != Kind.Array) return refuse(json, utf8("_rules_"), utf8("must be a list"));
    item = firstIn(rules);
  }
  // As in wasm-go: where there are rules, a global part that cannot be read is left out, and requests without a rule pass by.
  document.partial = item != 0;
  if (!rules || hasOwnKeys(json)) root.config = parse(json);
  if (item && document.failed) {
    document.failed = false;
    __unpin(root.config);
    root.config = 0;
  }
  document.partial = false;
  if (rules && !item && !root.config)
    refuse(json, utf8("_rules_"), utf8("is empty, and there is no configuration besides it"));
  if (document.inherits) json.fallback = object;
  readRules(root, item);
  if (document.inherits) json.fallback = 0;
}
function parse(json: Part): usize {
  const config = __pin(call_indirect<usize>(handlers.newConfig));
  call_indirect<void>(handlers.parse, changetype<usize>(json), config);
  if (!document.failed) warnOfUnread(json);
  return config;
}
function readRules(root: Root, item: usize): void {
  let link = changetype<usize>(root) + offsetof<Root>("rules");
  for (let index = 0; item; item = nextIn(item), index++) {
    const reader = rootPart(item, index);
    if (kindAt(item) != Kind.Object) return refuse(reader, 0, utf8("must be an object"));
    const rule = changetype<Rule>(allocateCleared(offsetof<Rule>()));
    store<usize>(link, changetype<usize>(rule));
    link = changetype<usize>(rule) + offsetof<Rule>("next");
    rule.routes = readCondition(reader, utf8("_match_route_"));
    rule.domains = readCondition(reader, utf8("_match_domain_"));
    rule.services = readCondition(reader, utf8("_match_service_"));
    rule.prefixes = readCondition(reader, utf8("_match_route_prefix_"));
    if (!(rule.routes | rule.domains | rule.services | rule.prefixes))
      refuse(
        reader,
        0,
        utf8("has no _match_route_, _match_domain_, _match_service_ or _match_route_prefix_"),
      );
    rule.config = parse(reader);
  }
}
/** A text or a list of texts; 0 when it is missing or null, or holds none but empty ones. */
function readCondition(reader: Part, key: Encoded): usize {
  const list = member(reader.start, key);
  let found: usize = 0;
  if (list && kindAt(list) != Kind.Null)
    for (let item = firstText(list); item; item = nextText(list, item)) {
      if (kindAt(item) != Kind.String) {
        refuse(reader, key, utf8("must be a list of strings"));
        return 0;
      }
      if (load<u8>(item, 1) != 34) found = list;
    }
  return found;
}
