// Root contexts and their configurations. Several live in one VM: plugins that share it, and the old and new one during an update.
import { BufferType, LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { document } from "../config/problem";
import { ConfigReader } from "../config/reader";
import { readBuffer } from "../host/buffers";
import { endLine, putNumber, putText, startLine } from "../host/log";
import { enterContext } from "../host/streams";
import { Kind, firstIn, kindAt, member, nextIn, skipSpace } from "../json/scan";
import { failedAt, isJson } from "../json/validate";
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
import { Rule, firstText, nextText, startMatching } from "./rules";

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
  /** The text that the rules point into; 0 without rules. */
  text: usize;
  end: usize;
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
  if (root.rules) startMatching();
  for (let rule = root.rules; rule; rule = changetype<Rule>(rule).next) {
    if (changetype<Rule>(rule).applies(root.end)) return changetype<Rule>(rule).config;
  }
  return root.config;
}
function rootOf(stream: u32): usize {
  let root = first;
  if (root && !changetype<Root>(root).next) return root;
  if (newestStream != stream) return 0;
  while (root && changetype<Root>(root).id != newestRoot) root = changetype<Root>(root).next;
  return root;
}

/** `proxy_on_configure`: true when the configuration is accepted. What was configured before stays until then. */
export function configureRoot(id: u32, size: u32): bool {
  enterCallback();
  const root = changetype<Root>(heap.alloc(offsetof<Root>()));
  memory.fill(changetype<usize>(root), 0, offsetof<Root>());
  root.id = id;
  const text = size ? readBuffer(BufferType.PluginConfiguration) : null;
  document.failed = false;
  readConfiguration(root, text == null ? emptyObject() : text);
  const accepted = !document.failed;
  if (accepted) {
    deleteRoots(id);
    enterContext(id);
    root.next = first;
    first = changetype<usize>(root);
  } else release(root);
  leaveCallback();
  collectOutside();
  return accepted;
}
function emptyObject(): ArrayBuffer {
  const text = new ArrayBuffer(2);
  store<u16>(changetype<usize>(text), 0x7d7b);
  return text;
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
      release(changetype<Root>(root));
    } else last = root;
    root = next;
  }
}
function release(root: Root): void {
  if (root.config) __unpin(root.config);
  if (root.text) __unpin(root.text);
  let rule = root.rules;
  while (rule) {
    const next = changetype<Rule>(rule).next;
    __unpin(changetype<Rule>(rule).config);
    heap.free(rule);
    rule = next;
  }
  heap.free(changetype<usize>(root));
}

function readConfiguration(root: Root, text: ArrayBuffer): void {
  const start = changetype<usize>(text);
  document.end = start + <usize>text.byteLength;
  if (!isJson(start, text.byteLength)) {
    document.failed = true;
    startLine();
    putText(utf8("configuration refused: $: not valid JSON (or over 64 levels deep) at byte "));
    putNumber(failedAt(start));
    return endLine(LogLevel.Error);
  }
  const object = skipSpace(start);
  const json = new ConfigReader(kindAt(object) == Kind.Object ? object : 0, null, "", -1);
  if (kindAt(object) != Kind.Object) return json.refuse("", utf8("must be an object"));
  const rules = member(object, document.end, "_rules_", 0, 7);
  if (rules && kindAt(rules) != Kind.Array) return json.refuse("_rules_", utf8("must be a list"));
  const first = rules ? firstIn(rules) : 0;
  // As in wasm-go: where there are rules, a global part that cannot be read is left out, and requests without a rule pass by.
  document.partial = first != 0;
  if (!rules || json.hasOwnKeys()) root.config = parse(json);
  if (document.partial && document.failed) {
    document.failed = false;
    __unpin(root.config);
    root.config = 0;
  }
  document.partial = false;
  if (!first) {
    if (rules && !root.config)
      json.refuse("_rules_", utf8("is empty, and there is no configuration besides it"));
    return;
  }
  root.text = __pin(start);
  root.end = document.end;
  readRules(root, first, json);
}
function parse(json: ConfigReader): usize {
  const config = __pin(call_indirect<usize>(handlers.newConfig));
  call_indirect<void>(handlers.parse, changetype<usize>(json), config);
  if (json.isValid) json.warnOfUnread();
  return config;
}
function readRules(root: Root, item: usize, json: ConfigReader): void {
  let last: usize = 0;
  for (let index = 0; item; item = nextIn(item, document.end), index++) {
    const isObject = kindAt(item) == Kind.Object;
    const reader = new ConfigReader(isObject ? item : 0, json, "_rules_", index);
    if (!isObject) return reader.refuse("", utf8("must be an object"));
    const rule = heap.alloc(offsetof<Rule>());
    memory.fill(rule, 0, offsetof<Rule>());
    if (last) changetype<Rule>(last).next = rule;
    else root.rules = rule;
    last = rule;
    readConditions(changetype<Rule>(rule), item, reader);
    changetype<Rule>(rule).config = parse(reader);
  }
}
function readConditions(rule: Rule, object: usize, reader: ConfigReader): void {
  rule.routes = readCondition(object, "_match_route_", reader);
  rule.domains = readCondition(object, "_match_domain_", reader);
  rule.services = readCondition(object, "_match_service_", reader);
  rule.prefixes = readCondition(object, "_match_route_prefix_", reader);
  if (!rule.routes && !rule.domains && !rule.services && !rule.prefixes)
    reader.refuse("", utf8("has no _match_route_, _match_domain_, _match_service_ or _match_route_prefix_"));
}
/** A text or a list of texts; 0 when it is missing, null or empty. */
function readCondition(object: usize, key: string, reader: ConfigReader): usize {
  const list = member(object, document.end, key, 0, key.length);
  if (!list || kindAt(list) == Kind.Null) return 0;
  let any: usize = 0;
  for (let item = firstText(list); item; item = nextText(list, item, document.end)) {
    if (kindAt(item) != Kind.String) {
      reader.refuse(key, utf8("must be a list of strings"));
      return 0;
    }
    any = list;
  }
  return any;
}
