import { Script } from "node:vm";

type Numbers = (...numbers: number[]) => number;
type Answer = Uint8Array | undefined;
const TOKEN = 1;
const OK = 0;
const NOT_FOUND = 1;
const BAD_ARGUMENT = 2;
const NO_MEMORY = 6;
const LIMIT_MS = 100_000;

const JOB = "what the bare host runs";
const jobs = globalThis as unknown as Record<string, () => void>;
const script = new Script(`globalThis[${JSON.stringify(JOB)}]()`);
/** Ends a guest that hangs: loops in WebAssembly can be stopped from here only. */
export function withinLimit(job: () => void): void {
  jobs[JOB] = job;
  script.runInThisContext({ timeout: LIMIT_MS });
}

/** The least host there can be. It hands over what a test tells it to, damaged or not, where a real gateway would not. */
export class BareHost {
  /** What the guest finds; undefined is "not found". */
  header: (map: number, name: string) => Answer = () => undefined;
  pairs: (map: number) => Answer = () => undefined;
  property: (path: string) => Answer = () => undefined;
  buffer: (type: number) => Answer = () => undefined;
  /** What the guest asks of the host: the function without `proxy_`, and its texts. True: it is done; otherwise a bad argument. */
  told: (name: string, texts: Buffer[]) => boolean = () => false;
  /** `<level> <text>` */
  readonly logs: string[] = [];
  readonly #callbacks: Record<string, Numbers | undefined>;
  readonly #memory: WebAssembly.Memory;
  #root = 0;
  #lastContext = 0;

  constructor(wasm: Uint8Array) {
    const module = new WebAssembly.Module(new Uint8Array(wasm));
    const texts =
      (name: string, first: number, count: number): Numbers =>
      (...numbers) => {
        const parts = Array.from({ length: count }, (_, i) =>
          this.#read(numbers[first + 2 * i]!, numbers[first + 2 * i + 1]!),
        );
        return this.told(name, parts) ? OK : BAD_ARGUMENT;
      };
    const known: Record<string, Numbers> = {
      proxy_log: (level, text, length) => {
        this.logs.push(`${level} ${this.#read(text!, length!).toString()}`);
        return OK;
      },
      proxy_get_header_map_value: (map, name, length, ...out) =>
        this.#hand(this.header(map!, this.#read(name!, length!).toString()), out),
      proxy_get_header_map_pairs: (map, ...out) => this.#hand(this.pairs(map!), out),
      proxy_get_property: (path, length, ...out) =>
        this.#hand(this.property(this.#read(path!, length!).toString().replaceAll("\0", ".")), out),
      proxy_get_buffer_bytes: (type, _start, _max, ...out) => this.#hand(this.buffer(type!), out),
      proxy_set_property: texts("set_property", 0, 2),
      proxy_set_header_map_pairs: texts("set_header_map_pairs", 1, 1),
      proxy_add_header_map_value: texts("add_header_map_value", 1, 2),
      proxy_replace_header_map_value: texts("replace_header_map_value", 1, 2),
      proxy_remove_header_map_value: texts("remove_header_map_value", 1, 1),
      proxy_send_local_response: texts("send_local_response", 1, 3),
      proxy_http_call: texts("http_call", 0, 3),
      proxy_redis_init: () => OK,
      proxy_redis_call: (...numbers) => {
        this.#words(numbers[4]!, [TOKEN]);
        return texts("redis_call", 0, 2)(...numbers);
      },
      // Only the newest root context is left.
      proxy_set_effective_context: (id) =>
        id === this.#root || id === this.#lastContext ? OK : BAD_ARGUMENT,
    };
    const ok: Numbers = () => OK;
    const imports = WebAssembly.Module.imports(module).map(({ name }) => [name, known[name] ?? ok] as const);
    const { exports } = new WebAssembly.Instance(module, { env: Object.fromEntries(imports) });
    this.#callbacks = exports as Record<string, Numbers | undefined>;
    this.#memory = exports["memory"] as WebAssembly.Memory;
    this.#callbacks["_initialize"]?.();
    this.#createRoot();
  }
  /** Whether the guest accepts the configuration in the buffer, for a root context of its own, as gateways do. */
  configure(size: number): boolean {
    this.#createRoot();
    return this.configureAgain(size);
  }
  /** The same for the root context that is there, which gateways do not. */
  configureAgain(size: number): boolean {
    return this.#callbacks["proxy_on_configure"]!(this.#root, size) !== 0;
  }
  /** One more request, of headers only. */
  request(): void {
    this.#callbacks["proxy_on_context_create"]?.(++this.#lastContext, this.#root);
    this.#callbacks["proxy_on_request_headers"]!(this.#lastContext, 1, 1);
  }
  /** The reply to the command that was sent last. */
  redisReply(size: number): void {
    this.#callbacks["proxy_on_redis_call_response"]!(this.#root, TOKEN, 0, size);
  }
  get pages(): number {
    return this.#memory.buffer.byteLength / 65_536;
  }

  #createRoot(): void {
    this.#root = ++this.#lastContext;
    this.#callbacks["proxy_on_context_create"]?.(this.#root, 0);
  }
  #read(at: number, length: number): Buffer {
    return Buffer.from(Buffer.from(this.#memory.buffer, at >>> 0, length >>> 0));
  }
  #words(at: number, words: number[]): void {
    const view = new DataView(this.#memory.buffer);
    for (const [i, word] of words.entries()) view.setUint32((at >>> 0) + 4 * i, word, true);
  }
  #hand(bytes: Answer, [pointer, length]: number[]): number {
    if (!bytes) return NOT_FOUND;
    const at = this.#callbacks["proxy_on_memory_allocate"]!(bytes.length) >>> 0;
    if (!at) return NO_MEMORY;
    new Uint8Array(this.#memory.buffer).set(bytes, at);
    this.#words(pointer!, [at]);
    this.#words(length!, [bytes.length]);
    return OK;
  }
}
