import type { SocketAddress } from "../gateway/config.ts";
import type { Value } from "./value.ts";

/** `config.core.v3.Address`, of which only socket addresses are simulated. */
export function readAddress(value: Value | undefined, lowestPort: number): SocketAddress | undefined {
  return value?.message("Address", (message) =>
    message.required("socket_address")?.message("SocketAddress", (socket) => {
      const address = socket.required("address")?.string();
      const port = socket.required("port_value")?.integer(lowestPort, 65_535);
      return address === undefined || port === undefined ? undefined : { address, port };
    }),
  );
}
