// Why a document does not fit into a class. Only the first reason is kept, and no value of the document is part of it.

let path: string = "";
let message: string = "";
/** Something did not fit; what is read from then on is not used. */
export let failed: bool = false;

export function startReading(): void {
  failed = false;
  path = message = "";
}
export function fail(reason: string): void {
  failed = true;
  message = reason;
}
/** On the way back from where something did not fit: one step of its path. */
export function within(step: string): void {
  path = step + path;
}
/** `$.user.age: must be a whole number of 32 bits`; empty when everything fitted. */
export function problem(): string {
  return failed ? "$" + path + ": " + message : "";
}
