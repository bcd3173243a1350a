/** Whether a response ends with its headers whatever they say (RFC 9110, 6.4.1). */
export function hasNoBody(method: string, status: string): boolean {
  return method === "HEAD" || status === "204" || status === "304";
}
