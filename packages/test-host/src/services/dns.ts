import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";

/** The addresses of a host; none when there is no such host. What is known without asking comes at once, as an array. */
export type ResolveName = (name: string) => readonly string[] | Promise<readonly string[]>;

const HOSTS_FILE = "/etc/hosts";

/**
 * Addresses in digits, localhost, the machine's hosts file, then its resolver. IPv6 addresses alone where there are any, as
 * Envoy chooses.
 */
export const resolveBySystem: ResolveName = (name) => {
  if (isIP(name) !== 0) return [name];
  // Envoy's resolver knows this without the hosts file (RFC 6761).
  if (/(?:^|\.)localhost$/i.test(name)) return ["::1"];
  const listed = preferred(fromHostsFile(name));
  if (listed.length > 0 || name === "") return listed;
  return lookup(name, { all: true }).then(
    (found) => preferred(found.map(({ address }) => address)),
    () => [],
  );
};

function preferred(addresses: readonly string[]): readonly string[] {
  const sixes = addresses.filter((address) => isIP(address) === 6);
  return sixes.length > 0 ? sixes : addresses;
}

function fromHostsFile(name: string): string[] {
  let text: string;
  try {
    text = readFileSync(HOSTS_FILE, "utf8");
  } catch {
    return [];
  }
  const lines = text.split("\n").map((line) => line.replace(/#.*/, "").trim().split(/\s+/));
  return lines.flatMap(([address = "", ...names]) => (names.includes(name) ? [address] : []));
}
