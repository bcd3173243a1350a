import { Headers } from "./headers";

/** Whether a body is no text, by its headers. Source: wasm-go `IsBinaryRequestBody`. */
export function isBinary(headers: Headers): bool {
  const type = headers.get("content-type") || "";
  return type.includes("octet-stream") || type.includes("grpc") || headers.has("content-encoding");
}
