import type { ListenerConfig, WasmFilterConfig } from "../gateway/config.ts";
import { readAddress } from "./address.ts";
import type { Message } from "./message.ts";
import { readRouteConfiguration, type ClusterUse } from "./route.ts";
import { readManagerSettings } from "./manager.ts";
import { peekType, readTyped } from "./typed.ts";
import type { Value } from "./value.ts";
import { readWasmFilter, WASM_TYPE, type LoadFile } from "./wasm-filter.ts";

const MANAGER_TYPE = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const ROUTER_TYPE = "envoy.extensions.filters.http.router.v3.Router";

type Manager = Pick<ListenerConfig, "virtualHosts" | "filters" | "schemeToOverwrite" | "manager">;

/** `config.listener.v3.Listener`: one socket, one filter chain, one HTTP connection manager. */
export function readListener(
  value: Value,
  index: number,
  loadFile: LoadFile,
  uses: ClusterUse,
): ListenerConfig | undefined {
  return value.message("Listener", (message) => {
    const name = message.optional("name")?.string() ?? `listener_${index}`;
    const address = readAddress(message.required("address"), 0);
    const limit = message.optional("per_connection_buffer_limit_bytes")?.integer(1, 2 ** 32 - 1);
    const chain = onlyOne(message.required("filter_chains"), "filter chain");
    const filter = chain?.message("FilterChain", (it) => onlyOne(it.required("filters"), "network filter"));
    const manager = filter?.message("Filter", (it) => {
      it.required("name")?.string();
      const typedConfig = it.required("typed_config");
      return (
        typedConfig &&
        readTyped(typedConfig, MANAGER_TYPE, "HttpConnectionManager", (hcm) =>
          readManager(hcm, loadFile, uses),
        )
      );
    });
    if (address === undefined || manager === undefined) return undefined;
    return { name, address, ...manager, ...(limit !== undefined && { bufferLimitBytes: limit }) };
  });
}

function readManager(message: Message, loadFile: LoadFile, uses: ClusterUse): Manager {
  const routes = message.required("route_config");
  const filters = message.required("http_filters");
  const scheme = message
    .optional("scheme_header_transformation")
    ?.message("SchemeHeaderTransformation", (it) =>
      it.optional("scheme_to_overwrite")?.oneOf(["http", "https"] as const, "use http or https"),
    );
  return {
    virtualHosts: (routes && readRouteConfiguration(routes, uses)) ?? [],
    filters: (filters && readHttpFilters(filters, loadFile)) ?? [],
    ...(scheme !== undefined && { schemeToOverwrite: scheme }),
    manager: readManagerSettings(message),
  };
}

function readHttpFilters(value: Value, loadFile: LoadFile): WasmFilterConfig[] | undefined {
  const items = value.list();
  const wasmFilters = items?.flatMap((item, index) => {
    const isLast = index === items.length - 1;
    return readHttpFilter(item, isLast, loadFile) ?? [];
  });
  if (items?.length === 0) value.problem("is empty; envoy.filters.http.router must be its last entry");
  return wasmFilters;
}

function readHttpFilter(value: Value, isLast: boolean, loadFile: LoadFile): WasmFilterConfig | undefined {
  return value.message("HttpFilter", (message) => {
    const name = message.required("name")?.string() ?? "";
    const typedConfig = message.required("typed_config");
    if (typedConfig === undefined) return undefined;
    const type = peekType(typedConfig);
    if (type === ROUTER_TYPE) {
      if (!isLast) value.problem("envoy.filters.http.router must be the last HTTP filter; move it down");
      return readTyped(typedConfig, ROUTER_TYPE, "Router", () => undefined);
    }
    if (type !== WASM_TYPE) {
      message.leaveTheRest();
      const named = type ?? "a filter without @type";
      return value.problem(`the HTTP filter ${named} is not simulated; remove it or run a real Envoy`);
    }
    if (isLast)
      value.problem("the last HTTP filter must be envoy.filters.http.router; add it after this one");
    return readWasmFilter(typedConfig, name, loadFile);
  });
}

function onlyOne(value: Value | undefined, what: string): Value | undefined {
  const items = value?.list();
  if (items === undefined) return undefined;
  return items.length === 1 ? items[0] : value!.problem(`one ${what} is simulated, not ${items.length}`);
}
