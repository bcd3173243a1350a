import type { CompiledModule } from "./compiler.ts";

const ASK = "gateway_callbacks";

// The bits of exports/index.ts. proxy_on_context_create is needed where streams ask for their root's configuration.
const BITS: [bit: number, exports: string[]][] = [
  [0, ["proxy_on_configure", "proxy_on_context_create"]],
  [1, ["proxy_on_request_headers"]],
  [2, ["proxy_on_request_body", "proxy_on_request_trailers"]],
  [3, ["proxy_on_response_headers"]],
  [4, ["proxy_on_response_body", "proxy_on_response_trailers"]],
  [5, ["proxy_on_log"]],
  [6, ["proxy_on_delete"]],
];

/**
 * Runs the module's top level and asks which callbacks the plugin needs: true of handlers registered from another file or through a
 * variable, where a look at the text would be wrong. Callbacks of calls stay when the module can make such calls.
 */
export function stripCallbacks(module: CompiledModule, strip: boolean): void {
  if (strip) {
    const compiled = new WebAssembly.Module(module.emitBinary() as Uint8Array<ArrayBuffer>);
    const imports = WebAssembly.Module.imports(compiled);
    const needed = ask(compiled, imports);
    for (const [bit, exports] of BITS) {
      if (!((needed >> bit) & 1)) for (const name of exports) module.removeExport(name);
    }
    const makes = (call: string) => imports.some(({ name }) => name === call);
    if (!makes("proxy_http_call")) module.removeExport("proxy_on_http_call_response");
    if (!makes("proxy_redis_call")) module.removeExport("proxy_on_redis_call_response");
  }
  module.removeExport(ASK);
}

function ask(compiled: WebAssembly.Module, imports: WebAssembly.ModuleImportDescriptor[]): number {
  const env: Record<string, () => never> = {};
  for (const { name } of imports) {
    env[name] = () => {
      throw new Error(`the top level of the plugin calls the gateway (${name}), which gateways forbid: do it in a handler`);
    };
  }
  const { exports } = new WebAssembly.Instance(compiled, { env });
  (exports["_initialize"] as (() => void) | undefined)?.();
  return (exports[ASK] as () => number)();
}
