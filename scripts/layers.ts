/**
 * Which folder may import from which. Layers go from the bottom up, and an import points down or stays in its layer.
 * A name is a folder, or one file where its folder belongs to another layer.
 */
export interface Layering {
  root: string;
  layers: readonly (readonly string[])[];
  /** Type imports vanish when compiled; where the parts of one machine know each other by type, only values count. */
  typesMayPointUp: boolean;
}

export const LAYERINGS: readonly Layering[] = [
  {
    root: "packages/sdk/assembly",
    layers: [
      ["runtime"],
      ["abi"],
      ["host"],
      ["stream"],
      ["bytes"],
      ["protobuf", "web"],
      ["crypto", "gzip", "pattern", "json", "log", "metrics", "state", "time"],
      ["llm", "typed"],
      ["http", "access"],
      ["grpc", "redis"],
      ["config"],
      ["plugin"],
    ],
    typesMayPointUp: false,
  },
  {
    root: "packages/test-host/src",
    layers: [
      // What every part may know: the configuration's shape and how a refusal is told.
      ["gateway/config.ts", "gateway/error-codes.ts", "gateway/gateway-error.ts"],
      ["services"],
      ["vm", "trace"],
      ["stream"],
      ["hostcalls"],
      ["profile"],
      ["gateway"],
      ["envoy", "higress"],
      // Skins: no gateway rule lives here.
      ["live", "vitest", "testing", "kit", "index.ts"],
    ],
    typesMayPointUp: true,
  },
];
