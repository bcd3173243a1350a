const FOLDERS = "^~lib/(?:rt/\\w+|@gateway-plugins/sdk/assembly/runtime/\\w+)/";

/** The functions of the runtime with one of some names: AssemblyScript's, or the SDK's in their places. */
export function runtime(...names: string[]): RegExp {
  return new RegExp(`${FOLDERS}(?:${names.join("|")})$`);
}
/** Those of the incremental garbage collector. */
export const INCREMENTAL = /^~lib\/rt\/itcms\//;
/** All functions of the runtime. */
export const RUNTIME = new RegExp(FOLDERS);
