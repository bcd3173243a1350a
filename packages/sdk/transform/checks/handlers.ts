/** Handlers of the same callback: a later one would silently replace the one before. */
const HANDLERS =
  /^(?:on|rewrite)(Request|Response)(Headers|Body|Chunks|Trailers)$|^(onLog|onStart|onTick|onQueue|parseConfig|parseRawConfig)$/;
/** What it is called for, by the gateway; more than one for `onWholeRequest`, none for what is no handler. */
export function callbacksOf(name: string): string[] {
  if (name === "onWholeRequest") return ["Request Headers", "Request Body", "Request Chunks"];
  const parts = HANDLERS.exec(name);
  if (!parts) return [];
  if (parts[3] !== undefined) return [parts[3].replace("Raw", "")];
  return [`${parts[1]} ${parts[2]}`];
}

/** The whole body and its chunks, of the same message. */
export function areBodies(...names: [string, string]): boolean {
  const [one, other] = names.flatMap(callbacksOf).toSorted();
  return (
    names.every((name) => callbacksOf(name).length === 1) &&
    one?.replace("Body", "Chunks") === other &&
    one !== other
  );
}
