// The least host there can be, for what is counted over many requests.
/** Bytes of a text. */
const LONGEST = 150;
/** In which all requests come, in Unix seconds. */
const WINDOW = 1_800_000_000;
const ROOT = 1;
const CONFIGURATION = 7;
const REDIS_REPLY = 9;
const OK = 0;
const NOT_FOUND = 1;
const BAD_ARGUMENT = 2;
const STATUS = Buffer.from("200");

type Callback = (...numbers: number[]) => number;

/** The configuration that a plugin is counted with. */
const CONFIGURATIONS: Record<string, object> = {
  "mock-response": { mockEnable: true },
  "http-call": { tokenHeader: "x-token", requestPath: "/auth", serviceName: "auth.static" },
  "redis-ratelimit": { serviceName: "redis.static", qpm: 25 },
};

export interface LeastHost {
  /** Sends so many requests at once, and sees them through. */
  send(requests: number): void;
  /** Linear memory in pages of 64 KiB. */
  pages(): number;
  readonly exports: WebAssembly.Exports;
}

/**
 * Configures a plugin. Calls are answered with 200 and a token, Redis commands with a count and a time; texts have all lengths up to 150 bytes,
 * answers come back in another order than their calls went out.
 *
 * @param name of the plugin
 */
export function startLeastHost(wasm: Uint8Array<ArrayBuffer>, name: string): LeastHost {
  const config = Buffer.from(name in CONFIGURATIONS ? JSON.stringify(CONFIGURATIONS[name]) : "");
  const answered = new Set<number>();
  const calls: { token: number; callback: string }[] = [];
  let stream = ROOT;
  let token = 0;
  let turn = 0;
  const filler = Buffer.alloc(LONGEST, "x");
  const some = () => filler.subarray(0, 1 + ((turn = (turn * 31 + 7) % 1009) % LONGEST));

  const hand = (bytes: Buffer, pointer: number, length: number): number => {
    const at = callbacks["proxy_on_memory_allocate"]!(bytes.length);
    new Uint8Array(memory.buffer).set(bytes, at);
    const words = new DataView(memory.buffer);
    words.setUint32(pointer, at, true);
    words.setUint32(length, bytes.length, true);
    return OK;
  };
  const call = (callback: string, at: number) => {
    calls.push({ token: ++token, callback });
    new DataView(memory.buffer).setUint32(at, token, true);
    return OK;
  };
  const known: Record<string, Callback> = {
    proxy_get_buffer_bytes: (type, _start, _max, ...out) =>
      type === CONFIGURATION
        ? hand(config, out[0]!, out[1]!)
        : type === REDIS_REPLY
          ? hand(reply, out[0]!, out[1]!)
          : NOT_FOUND,
    proxy_get_header_map_value: (_map, text, length, pointer, size) =>
      // `:status`, or anything else
      hand(length === 7 && new Uint8Array(memory.buffer)[text!] === 58 ? STATUS : some(), pointer!, size!),
    proxy_get_property: (_path, _length, pointer, size) => hand(some(), pointer!, size!),
    proxy_log: (_level, text, length) => {
      throw new Error(`${name} logs ${Buffer.from(memory.buffer, text, length).toString()}`);
    },
    proxy_get_log_level: (at) => {
      new DataView(memory.buffer).setUint32(at!, 2, true);
      return OK;
    },
    proxy_http_call: (...numbers) => call("proxy_on_http_call_response", numbers[9]!),
    proxy_redis_call: (...numbers) => call("proxy_on_redis_call_response", numbers[4]!),
    proxy_send_local_response: () => {
      answered.add(current);
      return OK;
    },
    proxy_set_effective_context: (context) => {
      if (context !== ROOT && context! < firstAlive) return BAD_ARGUMENT;
      current = context!;
      return OK;
    },
  };
  let current = 0;
  let firstAlive = ROOT + 1;
  let reply = config;
  const module = new WebAssembly.Module(wasm);
  const ok = () => OK;
  const imports = WebAssembly.Module.imports(module).map(
    (wanted) => [wanted.name, known[wanted.name] ?? ok] as const,
  );
  const { exports } = new WebAssembly.Instance(module, { env: Object.fromEntries(imports) });
  const callbacks = exports as unknown as Record<string, Callback | undefined>;
  const memory = exports["memory"] as WebAssembly.Memory;
  callbacks["_initialize"]?.();
  callbacks["proxy_on_context_create"]?.(ROOT, 0);
  if (callbacks["proxy_on_configure"]?.(ROOT, config.length) === 0)
    throw new Error(`${name}: configuration refused`);

  const send = (requests: number): void => {
    firstAlive = stream + 1;
    for (let i = 0; i < requests; i++) {
      current = ++stream;
      callbacks["proxy_on_context_create"]?.(stream, ROOT);
      callbacks["proxy_on_request_headers"]!(stream, 3, 1);
    }
    for (let i = 0; calls.length > 0; i++) {
      const [{ token: back, callback }] = calls.splice((i * 7) % calls.length, 1) as [(typeof calls)[0]];
      reply = Buffer.from(`*2\r\n:${i + 1}\r\n:${WINDOW}\r\n`);
      callbacks[callback]!(ROOT, back, callback === "proxy_on_redis_call_response" ? 0 : 2, reply.length, 0);
    }
    for (let id = firstAlive; id <= stream; id++) {
      current = id;
      if (!answered.has(id)) callbacks["proxy_on_response_headers"]?.(id, 3, 1);
      callbacks["proxy_on_done"]?.(id);
      callbacks["proxy_on_log"]?.(id);
      callbacks["proxy_on_delete"]?.(id);
    }
    answered.clear();
  };
  return { send, pages: () => memory.buffer.byteLength / 65_536, exports };
}
