import { isIP } from "node:net";
import type { CallResult } from "../vm/context.ts";
import { Status } from "../vm/status.ts";
import type { CalloutOwner } from "./callouts.ts";

/**
 * `envoy_resolve_dns`. What is known without asking calls back before the host function returns, as in Envoy. There is no
 * error: a name without addresses calls back with an empty list.
 */
export function resolveDns(owner: CalloutOwner, name: string): CallResult {
  const token = owner.vm.nextDnsToken();
  const tell = (addresses: readonly string[]) => {
    const callData = encodeAddresses(addresses);
    owner.enter("envoy_on_resolve_dns", [token, callData.length], { callData });
  };
  const found = owner.vm.host.resolveName(name);
  if (!(found instanceof Promise)) {
    tell(found as readonly string[]);
    return { status: Status.Ok, token };
  }
  owner.wait((end) => {
    let isCancelled = false;
    void found.then((addresses) => {
      if (isCancelled) return;
      end();
      tell(addresses);
    });
    return { cancel: () => void (isCancelled = true) };
  });
  return { status: Status.Ok, token };
}

/** `u32 n`, n times `u32` seconds to live (which a hosts file and the system's resolver do not tell: 0), n times `address:0\0`. */
function encodeAddresses(addresses: readonly string[]): Uint8Array {
  const texts = addresses.map((address) => (isIP(address) === 6 ? `[${address}]:0\0` : `${address}:0\0`));
  const head = Buffer.alloc(4 + 4 * texts.length);
  head.writeUInt32LE(texts.length);
  return new Uint8Array(Buffer.concat([head, Buffer.from(texts.join(""))]));
}
