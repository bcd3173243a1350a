/** `127.0.0.1:80` or `[::1]:80`. */
export function addressText({ address, port }: { address: string; port: number }): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
