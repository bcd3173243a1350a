import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ManifestError, readManifests } from "../../src/higress/manifest.ts";

const BYTES = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
const DIGEST = createHash("sha256").update(BYTES).digest("hex");
const loadModule = (path: string) => ({ bytes: BYTES, path });

/** A manifest with these lines in its spec. */
function manifest(spec: string, name = "plugin"): string {
  const lines = spec.trim().split("\n");
  const indent = /^ */.exec(spec.replace(/^\n/, ""))![0].length;
  const body = spec
    .replace(/^\n/, "")
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line.slice(indent)}`);
  return [
    "apiVersion: extensions.higress.io/v1alpha1",
    "kind: WasmPlugin",
    `metadata: { name: ${name}, namespace: team-a, labels: { a: b } }`,
    "spec:",
    "  url: file:///opt/plugin.wasm",
    ...(lines.length > 0 ? body : []),
  ].join("\n");
}

function configurationOf(spec: string): string | undefined {
  const [read] = readManifests(manifest(spec), "plugin.yaml", loadModule);
  return read!.filter && Buffer.from(read!.filter.configuration).toString();
}

function problemsOf(text: string): string[] {
  try {
    readManifests(text, "plugin.yaml", loadModule);
  } catch (error) {
    if (error instanceof ManifestError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("a WasmPlugin's configuration", () => {
  it.each([
    ["is empty without any", "phase: AUTHN", ""],
    ["is empty for an empty default", "defaultConfig: {}", ""],
    [
      "is the default, keys sorted",
      "defaultConfig: { b: 1, a: { d: 1.5, c: [true, null] } }",
      `{"a":{"c":[true,null],"d":1.5},"b":1}`,
    ],
    [
      "has the rules under _rules_",
      `
      defaultConfig: { a: 1 }
      matchRules:
        - { ingress: [default/foo, bar], config: { a: 2 } }
        - { domain: ["*.example.com"], service: [shop.dns:8080], config: { a: 3 } }
      `,
      `{"_rules_":[{"_match_route_":["default/foo","bar"],"a":2},{"_match_domain_":["*.example.com"],"_match_service_":["shop.dns:8080"],"a":3}],"a":1}`,
    ],
    [
      "has rules alone when the defaults are disabled",
      `
      defaultConfig: { a: 1 }
      defaultConfigDisable: true
      matchRules: [{ ingress: [foo] }]
      `,
      `{"_rules_":[{"_match_route_":["foo"]}]}`,
    ],
    [
      "leaves disabled rules out",
      `
      defaultConfig: { a: 1 }
      matchRules: [{ ingress: [foo], configDisable: true }]
      `,
      `{"a":1}`,
    ],
    [
      "is absent, and so is the plugin, when the defaults are disabled and no rule is left",
      `
      defaultConfig: { a: 1 }
      defaultConfigDisable: true
      matchRules: [{ ingress: [foo], configDisable: true }]
      `,
      undefined,
    ],
    [
      "is pluginConfig alone where there is one",
      `
      pluginConfig: { p: 1 }
      defaultConfig: { a: 1 }
      `,
      `{"p":1}`,
    ],
    [
      "has the route type in place of the ingress of another than HTTP, as the controller writes it",
      "matchRules: [{ ingress: [foo], routeType: GRPC, config: { a: 1 } }]",
      `{"_rules_":[{"_match_route_":["GRPC"],"a":1}]}`,
    ],
  ])("%s", (_title, spec, expected) => {
    expect(configurationOf(spec)).toBe(expected);
  });
});

describe("a WasmPlugin", () => {
  it("becomes the filter that the controller makes of it", () => {
    process.env["MANIFEST_TEST"] = "from here";
    const [read] = readManifests(
      manifest(`
      sha256: ${DIGEST}
      pluginName: root
      failStrategy: FAIL_OPEN
      imagePullPolicy: Always
      vmConfig:
        env:
          - { name: A, value: "1" }
          - { name: MANIFEST_TEST, valueFrom: HOST }
          - { name: NOT_THERE, valueFrom: HOST }
      `),
      "plugin.yaml",
      loadModule,
    );
    expect(read!.filter).toMatchObject({
      pluginName: "higress-system.plugin",
      rootId: "root",
      failOpen: true,
      environment: { A: "1", MANIFEST_TEST: "from here" },
      code: { path: "/opt/plugin.wasm" },
    });
  });

  it("stands in the chain by phase, then falling priority, then name", () => {
    const documents = [
      ["last", "priority: 5"],
      ["none", "phase: AUTHN"],
      ["low", "{ phase: AUTHN, priority: -1 }"],
      ["b", "{ phase: AUTHN, priority: 10 }"],
      ["a", "{ phase: AUTHN, priority: 10 }"],
      ["stats", "phase: STATS"],
      ["authz", "phase: AUTHZ"],
    ].map(([name, spec]) =>
      manifest(
        spec!.replace(/^\{ (.*) \}$/, (_all, keys: string) => keys.replace(", ", "\n")),
        name,
      ),
    );
    const names = readManifests(documents.join("\n---\n"), "plugin.yaml", loadModule).map(
      (each) => each.name,
    );
    expect(names).toEqual(["a", "b", "low", "none", "authz", "stats", "last"]);
  });

  it.each([
    ["defaltConfig: {}", "plugin.yaml:6: spec.defaltConfig: there is no such key here; there are url, "],
    ["phase: EARLY", `plugin.yaml:6: spec.phase: "EARLY" is not simulated; use AUTHN, AUTHZ, STATS`],
    ["priority: high", "plugin.yaml:6: spec.priority: must be a whole number"],
    ["defaultConfig: [1]", "plugin.yaml:6: spec.defaultConfig: must be an object"],
    ["matchRules: [{ config: {} }]", "plugin.yaml:6: spec.matchRules[0]: has no condition"],
    ["matchRules: [{ ingres: [a] }]", "plugin.yaml:6: spec.matchRules[0].ingres: there is no such key here"],
    [`sha256: ${"a".repeat(64)}`, `plugin.yaml:6: spec.sha256: /opt/plugin.wasm has ${DIGEST}`],
    ["vmConfig: { env: [{ value: a }] }", "plugin.yaml:6: spec.vmConfig.env[0]: name is missing"],
  ])("with %s is refused at its line", (spec, problem) => {
    expect(problemsOf(manifest(spec))[0]).toContain(problem);
  });

  it.each([
    ["", "plugin.yaml:1: (root): holds nothing"],
    ["kind: [", "plugin.yaml:1: (syntax): "],
    [`${manifest("priority: 1")}\n---\n${manifest("priority: 2")}`, `"plugin" is there twice`],
    [
      manifest("priority: 1").replace("WasmPlugin", "Ingress"),
      `plugin.yaml:2: kind: "Ingress" is not simulated`,
    ],
    [`${manifest("priority: 1")}\n---\n${manifest("prio: 1", "b")}`, "plugin.yaml:13: spec.prio: "],
  ])("file %# is refused", (text, problem) => {
    expect(problemsOf(text).join("\n")).toContain(problem);
  });

  it("whose module cannot be read is refused where the url is", () => {
    const missing = () => {
      throw new Error("there is no file x");
    };
    expect(() => readManifests(manifest("priority: 1"), "plugin.yaml", missing)).toThrow(
      "plugin.yaml:5: spec.url: there is no file x",
    );
  });
});
