// Runs a plugin's request headers so many times, on the least host there can be: `node driver.js <requests> <file.wasm> [configuration]`.
// For instruction counters, which see the difference between two runs.
import { readFileSync } from "node:fs";

const [requests = "0", file = "", configuration] = process.argv.slice(2);
const config = Buffer.from(configuration ?? "");

type Callback = (...numbers: number[]) => number;
const module = new WebAssembly.Module(readFileSync(file));
const ok = () => 0;
const env = Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, ok as Callback]));
env["proxy_get_buffer_bytes"] = (_buffer, _start, _max, bytes, length) => {
  const at = callbacks["proxy_on_memory_allocate"]!(config.length);
  const memory = exports["memory"] as WebAssembly.Memory;
  new Uint8Array(memory.buffer).set(config, at);
  const words = new DataView(memory.buffer);
  words.setUint32(bytes!, at, true);
  words.setUint32(length!, config.length, true);
  return 0;
};
const { exports } = new WebAssembly.Instance(module, { env });
const callbacks = exports as unknown as Record<string, Callback | undefined>;

const ROOT = 1;
callbacks["proxy_on_context_create"]?.(ROOT, 0);
if (callbacks["proxy_on_configure"]?.(ROOT, config.length) === 0) throw new Error("configuration refused");
const create = callbacks["proxy_on_context_create"];
const onRequestHeaders = callbacks["proxy_on_request_headers"]!;
for (let id = ROOT + 1, end = id + Number(requests); id < end; id++) {
  create?.(id, ROOT);
  onRequestHeaders(id, 3, 1);
}
