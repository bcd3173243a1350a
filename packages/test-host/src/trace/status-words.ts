const HEADERS = [
  "Continue",
  "StopIteration",
  "ContinueAndEndStream",
  "StopAllIterationAndBuffer",
  "StopAllIterationAndWatermark",
];
const DATA = ["Continue", "StopIterationAndBuffer", "StopIterationAndWatermark", "StopIterationNoBuffer"];
const TRAILERS = ["Continue", "StopIteration"];

/** The ABI's word for what a stream callback returned; undefined for callbacks whose result is no status. */
export function returnedStatus(callback: string, returned: number): string | undefined {
  const phase = /^proxy_on_(?:request|response)_(headers|body|trailers)$/.exec(callback)?.[1];
  if (phase === undefined) return undefined;
  const words = phase === "headers" ? HEADERS : phase === "body" ? DATA : TRAILERS;
  return words[returned >>> 0] ?? String(returned);
}
