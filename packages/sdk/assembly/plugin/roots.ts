// Root contexts and their configurations. Several live in one VM: plugins that share it, and the old and new one during an update.
import { BufferType, LogLevel } from "../abi/enums";
import { ConfigReader, document } from "../config/reader";
import { readBuffer } from "../host/buffers";
import { logLine } from "../host/log";
import { enterContext } from "../host/streams";
import { Kind, find, firstIn, kindAt, nextIn, skipSpace } from "../json/scan";
import { failedAt, isJson } from "../json/validate";
import { Stream, enterCallback, leaveCallback } from "../stream/stream";
import { handlers } from "./handlers";
import { Rule, RuleRequest } from "./rules";

class Root {
  rules: Rule[] = [];
  /** The global configuration; 0 when there are only rules. */
  config: usize = 0;
  constructor(readonly id: u32) {}

  release(): void {
    if (this.config) __unpin(this.config);
    for (let i = 0; i < this.rules.length; i++) __unpin(this.rules[i].config);
  }
}

const roots: Root[] = [];
let newestStream: u32 = 0;
let newestRoot: u32 = 0;

/** `proxy_on_context_create` comes right before a stream's first callback, so remembering the newest is enough. */
export function createContext(id: u32, root: u32): void {
  newestStream = id;
  newestRoot = root;
}

/** Chooses a stream's configuration, once. False: none applies. */
export function configure(stream: Stream): bool {
  if (stream.configured) return !stream.bypassed;
  stream.configured = true;
  const root = rootOf(stream.id);
  if (root) {
    stream.config = root.config;
    if (root.rules.length) {
      const request = new RuleRequest();
      for (let i = 0; i < root.rules.length; i++) {
        if (root.rules[i].matches(request)) {
          stream.config = root.rules[i].config;
          break;
        }
      }
    }
  }
  stream.bypassed = !stream.config;
  return !stream.bypassed;
}
function rootOf(stream: u32): Root | null {
  if (roots.length == 1) return roots[0];
  if (newestStream == stream) for (let i = 0; i < roots.length; i++) if (roots[i].id == newestRoot) return roots[i];
  return null;
}

/** `proxy_on_configure`: true when the configuration is accepted. What was configured before stays until then. */
export function configureRoot(id: u32, size: u32): bool {
  enterCallback();
  const root = new Root(id);
  const accepted = readConfiguration(root, size);
  if (accepted) {
    for (let i = roots.length - 1; i >= 0; i--) if (roots[i].id == id || !enterContext(roots[i].id)) drop(i);
    enterContext(id);
    roots.push(root);
  } else {
    root.release();
    logLine(LogLevel.Error, "configuration refused: " + document.problem);
  }
  document.problem = "";
  leaveCallback();
  return accepted;
}
export function deleteRoot(id: u32): void {
  for (let i = roots.length - 1; i >= 0; i--) if (roots[i].id == id) drop(i);
}
function drop(index: i32): void {
  roots[index].release();
  roots.splice(index, 1);
}

function readConfiguration(root: Root, size: u32): bool {
  const read = size ? readBuffer(BufferType.PluginConfiguration) : null;
  const text = read == null ? String.UTF8.encode("{}") : read;
  const start = changetype<usize>(text);
  document.end = start + <usize>text.byteLength;
  document.problem = "";
  if (!isJson(start, text.byteLength)) {
    document.problem = "$: not valid JSON at byte " + failedAt(start).toString() + " of " + text.byteLength.toString() + " (at most 64 levels deep)";
    return false;
  }
  const object = skipSpace(start);
  if (kindAt(object) != Kind.Object) {
    document.problem = "$: must be an object";
    return false;
  }
  const json = new ConfigReader(object, "$");
  const rules = find(object, document.end, "_rules_");
  if (rules && kindAt(rules) != Kind.Array) json.fail("_rules_", "must be a list");
  else {
    if (!rules || json.hasOwnKeys()) root.config = parse(json);
    if (rules) readRules(root, rules);
  }
  return !document.problem.length;
}
function parse(json: ConfigReader): usize {
  const config = __pin(call_indirect<usize>(handlers.newConfig));
  call_indirect<void>(handlers.parse, changetype<usize>(json), config);
  if (json.isValid) json.warnOfUnread();
  return config;
}
function readRules(root: Root, rules: usize): void {
  // As in wasm-go: where there are rules, a global part that cannot be read is left out and requests without a rule pass by.
  const globalProblem = document.problem;
  if (globalProblem.length && firstIn(rules)) {
    logLine(LogLevel.Warn, "the global part of the configuration is not used, requests without a rule pass by: " + globalProblem);
    document.problem = "";
    __unpin(root.config);
    root.config = 0;
  }
  let index = 0;
  for (let item = firstIn(rules); item; item = nextIn(item, document.end), index++) {
    const path = "$._rules_[" + index.toString() + "]";
    if (kindAt(item) != Kind.Object) {
      document.problem = path + ": must be an object";
      return;
    }
    const json = new ConfigReader(item, path);
    root.rules.push(new Rule(json, parse(json)));
  }
  if (!root.config && !root.rules.length && !document.problem.length) document.problem = "$._rules_: is empty, and there is no configuration besides it";
}
