import type { RouteConfig, VirtualHostConfig } from "../gateway/config.ts";

export interface ChosenRoute {
  virtualHost: VirtualHostConfig;
  route: RouteConfig;
}

/** What the stream asks of its listener's route table. Undefined: no route. */
export type RouteTable = (authority: string, path: string) => ChosenRoute | undefined;
