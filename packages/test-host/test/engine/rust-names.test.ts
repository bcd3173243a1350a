import { expect, test } from "vitest";
import { readableRustPath } from "../../src/vm/rust-names.ts";

test.for([
  ["_RNvNtCset5xJoy1xWQ_3std7process5abort", "std::process::abort"],
  ["_RNCNvNtCset5xJoy1xWQ_3std9panicking13panic_handler0B5_", "std::panicking::panic_handler"],
  ["_RNvCsfLfy6EI15iL_7___rustc12___rust_abort", "__rustc::__rust_abort"],
  ["_ZN7foreign18index_out_of_range17h898b3d3b156df17dE", "foreign::index_out_of_range"],
  [
    "_ZN67_$LT$foreign..Stream$u20$as$u20$proxy_wasm..traits..HttpContext$GT$23on_http_request_headers17hc1837c1f0005a092E",
    "<foreign::Stream as proxy_wasm::traits::HttpContext>::on_http_request_headers",
  ],
  ["assembly/plugin/onRequest", "assembly/plugin/onRequest"],
  ["main.(*Context).OnTick", "main.(*Context).OnTick"],
] as const)("reads %s", ([mangled, path]) => {
  expect(readableRustPath(mangled)).toBe(path);
});
