import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startGateway } from "@gateway-plugins/test-host";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "@gateway-plugins/test-parts/free-port";
import { blocksIn, expectedOutput, firstBlock, linkedFiles } from "../src/readme.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const GATEWAY = join(root, "packages/cli/bin/gateway.js");
const PLUGINS = ["hello-world", "mock-response", "http-call", "redis-ratelimit"];
const run = promisify(execFile);

const text = (file: string) => readFileSync(join(root, file), "utf8");
const documents = execFileSync(
  "git",
  ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
  { cwd: root, encoding: "utf8" },
)
  .split("\0")
  .filter((file) => file !== "" && !file.startsWith(".changeset/") && existsSync(join(root, file)));

/** Runs a `npx gateway dev` line until the test is over; resolves when it is ready. */
async function serveAsDocumented(command: string, folder: string): Promise<void> {
  const line = command.replace(/^npx gateway/, `exec '${process.execPath}' '${GATEWAY}'`);
  const child = spawn("sh", ["-c", line], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(async () => {
    if (child.exitCode === null && child.kill("SIGTERM")) await once(child, "exit");
  });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += String(chunk);
      if (output.includes("Ctrl-C stops.")) resolve();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", () => reject(new Error(`${command}\n${output}`)));
  });
}

/** What `curl` prints for the flags that documents use: -s, -i, -si and -H. */
async function curl(line: string): Promise<string> {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");
  const url = words.at(-1)!;
  const headers = words.flatMap((word, at) =>
    words[at - 1] === "-H" ? [word.split(/:\s*/, 2) as [string, string]] : [],
  );
  const response = await fetch(url, { headers });
  const body = await response.text();
  if (!words.some((word) => /^-s?i$/.test(word))) return body;
  const head = [
    `HTTP/1.1 ${response.status} ${response.statusText}`,
    ...[...response.headers].map(([name, value]) => `${name}: ${value}`),
  ];
  return `${head.join("\n")}\n\n${body}`;
}

/** Runs the first two lines of shell of a document, on free ports; `expected` is the block of text behind them. */
async function runExample(
  document: string,
  folder: string,
  move: (port: number, adminPort: number) => string,
) {
  const blocks = blocksIn(document);
  const at = blocks.findIndex((block) => block.language === "sh");
  const [command = "", request = "", ...more] = blocks[at]!.text.trimEnd().split("\n");
  expect([command.startsWith("npx gateway dev"), request.startsWith("curl "), more]).toEqual([
    true,
    true,
    [],
  ]);
  expect(blocks[at + 1]?.language).toBe("text");
  const [port, adminPort] = [await freePort(), await freePort()];
  await serveAsDocumented(`${command}${move(port, adminPort)}`, folder);
  return {
    printed: await curl(request.replace(":10000", `:${port}`)),
    expected: expectedOutput(blocks[at + 1]!.text),
  };
}

describe("generated parts of READMEs", () => {
  test("say what schemas and artifacts say", async () => {
    await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b", join(root, "scripts")]);
    const checked = await run(process.execPath, [
      join(root, "scripts/dist/generate-docs.js"),
      "--check",
    ]).catch((error: { stdout: string; stderr: string }) => error);
    expect(checked.stdout + checked.stderr).toBe("");
  }, 300_000);
});

describe.each(PLUGINS)("the README of %s", (name) => {
  test("has an example that prints what it says", async () => {
    const folder = join(root, "packages", name);
    const { printed, expected } = await runExample(
      text(`packages/${name}/README.md`),
      folder,
      (port, adminPort) => ` --port ${port} --admin-port ${adminPort}`,
    );
    expect(printed).toMatch(expected);
  });
});

describe.each(PLUGINS.filter((name) => existsSync(join(root, `packages/${name}/config.schema.json`))))(
  "the schema of %s",
  (name) => {
    const plugin = join(root, `packages/${name}/dist/${name}.wasm`);
    const schema = JSON.parse(text(`packages/${name}/config.schema.json`)) as {
      examples: object[];
      "x-invalid-examples": object[];
      properties: Record<string, { examples: unknown[] }>;
    };

    test.each(schema.examples)("gives a valid example: %j", async (config) => {
      const gateway = await startGateway({ plugin, config });
      expect(gateway.logs.filter(({ message }) => message.includes("unknown key"))).toEqual([]);
      await gateway.close();
    });

    test.each(schema["x-invalid-examples"])("gives an invalid example: %j", async (config) => {
      await expect(startGateway({ plugin, config })).rejects.toThrow("configuration refused: $.");
    });

    test.each(Object.entries(schema.properties))(
      "names %s, which the plugin reads",
      async (option, { examples }) => {
        const gateway = await startGateway({
          plugin,
          config: { ...schema.examples[0], [option]: examples[0] },
        });
        expect(gateway.logs.filter(({ message }) => message.includes("unknown key"))).toEqual([]);
        await gateway.close();
      },
    );
  },
);

describe("the SDK's README", () => {
  const readme = text("packages/sdk/README.md");
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sdk-readme-"));
    mkdirSync(join(folder, "assembly"));
    mkdirSync(join(folder, "node_modules/@gateway-plugins"), { recursive: true });
    symlinkSync(join(root, "node_modules/assemblyscript"), join(folder, "node_modules/assemblyscript"));
    symlinkSync(join(root, "packages/sdk"), join(folder, "node_modules/@gateway-plugins/sdk"));
    const asconfig = JSON.parse(firstBlock(readme, "json")) as { targets: object };
    // Optimising takes most of a build's time; once is enough.
    asconfig.targets = { ...asconfig.targets, debug: { outFile: "build/plugin.wasm" } };
    writeFileSync(join(folder, "asconfig.json"), JSON.stringify(asconfig));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const examples = blocksIn(readme).filter((block) => block.language === "ts");
  test.each(examples.map((block, index) => [index + 1, block.text] as const))(
    "has plugin %i, which compiles and runs",
    async (index, source) => {
      writeFileSync(join(folder, "assembly/plugin.ts"), source);
      const asc = join(folder, "node_modules/assemblyscript/bin/asc.js");
      await run(process.execPath, [asc, "--target", index === 1 ? "release" : "debug"], { cwd: folder });
      const plugin = new Uint8Array(readFileSync(join(folder, "build/plugin.wasm")));
      const config = { header: "x-limit", limit: "7", paths: ["/"], serviceName: "some.static" };
      const gateway = await startGateway({ plugin, config, profile: "higress" });
      expect((await gateway.fetch("/")).status).toBeGreaterThan(0);
      expect(gateway.faults).toEqual([]);
      await gateway.close();
    },
  );
});

describe("the test host's README", () => {
  test("has a test that passes", async () => {
    mkdirSync(join(root, "packages/e2e/dist"), { recursive: true });
    const folder = mkdtempSync(join(root, "packages/e2e/dist/test-host-readme-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "dist"));
    cpSync(join(root, "packages/hello-world/dist/hello-world.wasm"), join(folder, "dist/hello-world.wasm"));
    writeFileSync(join(folder, "vitest.config.ts"), "export default {};\n");
    writeFileSync(join(folder, "readme.test.ts"), firstBlock(text("packages/test-host/README.md"), "ts"));
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const { stdout } = await run(process.execPath, [vitest, "run", "--root", folder, "--no-color"], {
      cwd: folder,
    });
    expect(stdout).toMatch(/Tests\s+1 passed/);
  });
});

describe("docs/local-debugging.md", () => {
  test("has an envoy.yaml that serves as it says", async () => {
    const document = text("docs/local-debugging.md");
    const folder = mkdtempSync(join(tmpdir(), "local-debugging-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "dist"));
    cpSync(
      join(root, "packages/mock-response/dist/mock-response.wasm"),
      join(folder, "dist/mock-response.wasm"),
    );
    const { printed, expected } = await runExample(document, folder, (port, adminPort) => {
      const yaml = firstBlock(document, "yaml")
        .replace("port_value: 10000", `port_value: ${port}`)
        .replace("port_value: 9901", `port_value: ${adminPort}`);
      writeFileSync(join(folder, "envoy.yaml"), yaml);
      return "";
    });
    expect(printed).toMatch(expected);
  });
});

describe("the command line's README", () => {
  const lines = blocksIn(text("packages/cli/README.md"))
    .filter((block) => block.language === "sh")
    .flatMap((block) => block.text.trimEnd().split("\n"));
  const modules = ["mock-response", "hello-world"];
  /** A folder with the files that the lines name, which serve on free ports. */
  async function folderOfFiles(): Promise<{ folder: string; ports: string }> {
    const folder = mkdtempSync(join(tmpdir(), "cli-readme-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "dist"));
    for (const name of modules)
      cpSync(join(root, `packages/${name}/dist/${name}.wasm`), join(folder, `dist/${name}.wasm`));
    const [port, adminPort] = [await freePort(), await freePort()];
    const yaml = firstBlock(text("docs/local-debugging.md"), "yaml")
      .replace("port_value: 10000", `port_value: ${port}`)
      .replace("port_value: 9901", `port_value: ${adminPort}`);
    writeFileSync(join(folder, "envoy.yaml"), yaml);
    writeFileSync(join(folder, "plugin.yaml"), firstBlock(text("README.md"), "yaml"));
    return { folder, ports: ` --port ${port} --admin-port ${adminPort}` };
  }

  test.each(lines.filter((line) => line.startsWith("npx gateway dev ")))("serves with: %s", async (line) => {
    const { folder, ports } = await folderOfFiles();
    const served = serveAsDocumented(line.includes("envoy.yaml") ? line : line + ports, folder);
    await expect(served).resolves.toBeUndefined();
  });

  test.each(lines.filter((line) => line.startsWith("npx gateway check ")))(
    "checks with: %s",
    async (line) => {
      const { folder } = await folderOfFiles();
      const { stdout } = await run(process.execPath, [GATEWAY, ...line.split(" ").slice(2)], { cwd: folder });
      expect(stdout).toContain("loads on  Envoy");
    },
  );
});

describe("docs/configuration-rules.md", () => {
  test("has a configuration that acts as it says", async () => {
    const plugin = join(root, "packages/mock-response/dist/mock-response.wasm");
    const config = firstBlock(text("docs/configuration-rules.md"), "json");
    const outcomes = [];
    for (const [routeName, authority] of [
      ["shop", "shop.org"],
      ["other", "api.example.com"],
      ["other", "shop.org"],
    ] as const) {
      const gateway = await startGateway({ plugin, config, routeName });
      outcomes.push((await gateway.fetch("/", { authority })).text() === "hello world");
      await gateway.close();
    }
    expect(outcomes).toEqual([true, true, false]);
  });
});

describe("the README", () => {
  test("starts with the two commands", () => {
    const commands = blocksIn(text("README.md")).filter((block) => block.language === "sh");
    expect(commands.map((block) => block.text)).toEqual(["npm ci && npm start\n", "npm ci && npm test\n"]);
  });

  test("prints what npm start prints", () => {
    const printed = text("packages/cli/src/showcase.ts")
      .replaceAll("${url}", "http://127.0.0.1:10000")
      .replaceAll("${TOKEN}", "let-me-in");
    expect(printed).toContain(firstBlock(text("README.md"), "text").trimEnd());
  });
});

test.each(documents)("%s links to files that are there", (file) => {
  const missing = linkedFiles(text(file)).filter((target) => !existsSync(join(root, dirname(file), target)));
  expect(missing, relative(root, file)).toEqual([]);
});
