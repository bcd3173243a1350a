import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startGateway, upstream } from "@gateway-plugins/test-host";
import { assemble } from "@gateway-plugins/test-parts/guests/assemble";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { run } from "../src/command.ts";
import { buildGo } from "../src/foreign.ts";
import { describeWith } from "../src/real-parts.ts";
import { emptyFolder, filesIn, pack, runAsStranger, startAsStranger } from "../src/stranger.ts";

// Downloads take what they take.
const LIMIT_MS = 300_000;
const PACKAGES = fileURLToPath(new URL("../..", import.meta.url));
const INSTALL = ["install", "--prefer-offline", "--no-audit", "--no-fund"];

const tarballs = {} as Record<"sdk" | "test-host" | "cli", string>;

beforeAll(async () => {
  const folder = await emptyFolder();
  for (const name of ["sdk", "test-host", "cli"] as const)
    tarballs[name] = await pack(join(PACKAGES, name), folder);
  return () => rm(folder, { recursive: true });
}, LIMIT_MS);

/** A file with its name in front, or commands. */
const STEP = /^`([\w./]+)`:\n\n```\w+\n(.*?)^```|^```sh\n(.*?)^```/gms;
const READY = /Serving on (http:\S+)[^]*Ctrl-C stops\./;
/** Nothing is on the registry before a release. */
const withTarballs = (command: string) =>
  command
    .replace("@gateway-plugins/sdk", tarballs.sdk)
    .replace("@gateway-plugins/cli", `${tarballs["test-host"]} ${tarballs.cli}`)
    .replace("npm install", `npm ${INSTALL.join(" ")}`);

async function temporaryFolder(): Promise<string> {
  const folder = await emptyFolder();
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe("a tarball", () => {
  test.for([
    {
      name: "sdk",
      holds: [
        "package.json",
        "README.md",
        "index.ts",
        "advanced/index.ts",
        "exports/index.ts",
        "exports/grpc-stream.ts",
        "higress/index.ts",
        "typed-json/index.ts",
        "dist/transform/index.js",
      ],
      rest: /^(assembly\/[\w/-]+(\.d)?\.ts|dist\/transform\/[\w/-]+\.(js|d\.ts|js\.map))$/,
    },
    {
      name: "test-host",
      holds: [
        "package.json",
        "README.md",
        "dist/index.js",
        "dist/index.d.ts",
        "dist/live/index.js",
        "dist/vitest/index.js",
      ],
      rest: /^dist\/[\w/-]+\.(js|d\.ts|js\.map)$/,
    },
    {
      name: "cli",
      holds: ["package.json", "README.md", "bin/gateway.js", "dist/main.js"],
      rest: /^dist\/[\w/-]+\.(js|d\.ts|js\.map)$/,
    },
  ] as const)(
    "of $name holds what it runs on, and neither tests nor sources nor build state",
    async ({ name, holds, rest }) => {
      const files = await filesIn(tarballs[name]);
      expect(files).toEqual(expect.arrayContaining([...holds]));
      const known = new Set<string>([...holds, "LICENSE"]);
      expect(files.filter((file) => !known.has(file) && !rest.test(file))).toEqual([]);
    },
  );
});

describe("who has only the tarballs", () => {
  test(
    "does what the SDK's README says in an empty folder, and the plugin answers",
    { timeout: LIMIT_MS },
    async () => {
      const readme = readFileSync(join(PACKAGES, "sdk/README.md"), "utf8");
      const begin = readme.slice(0, readme.indexOf("\n## "));
      const folder = await temporaryFolder();
      for (const [, file, content = "", commands = ""] of begin.matchAll(STEP)) {
        if (file !== undefined) {
          await mkdir(dirname(join(folder, file)), { recursive: true });
          await writeFile(join(folder, file), content);
        }
        for (const command of commands.split("\n").filter(Boolean))
          await runAsStranger(folder, "sh", "-c", withTarballs(command));
      }

      const service = upstream();
      const gateway = await startGateway({ plugin: join(folder, "build/plugin.wasm"), upstream: service });
      onTestFinished(() => gateway.close());
      expect((await gateway.fetch("/hello")).text()).toBe("hello world\n");
      expect((await gateway.fetch("/orders")).status).toBe(200);
      expect(service.requests.map((request) => request.header("hello"))).toEqual(["world"]);

      const [install, serve] = [...begin.matchAll(/`(np[mx] [^`]*)`/g)].map(([, command = ""]) => command);
      await runAsStranger(folder, "sh", "-c", withTarballs(install!));
      const { match, stop } = await startAsStranger(
        folder,
        "sh",
        ["-c", `exec ${serve!.replace("npx ", "node_modules/.bin/")} --port 0 --admin-port 0`],
        READY,
      );
      onTestFinished(stop);
      expect(await (await fetch(`${match[1]}/hello`)).text()).toBe("hello world\n");
    },
  );

  test.for(["hello-world", "http-call"])(
    "copies %s, gives it a name, and builds and tests it",
    { timeout: LIMIT_MS },
    async (plugin) => {
      const folder = await temporaryFolder();
      await copyTracked(join(PACKAGES, plugin), folder);
      await rename(folder, plugin);
      await adopt(join(folder, "package.json"));
      await runAsStranger(folder, "npm", ...INSTALL);
      await runAsStranger(folder, "npm", "run", "build");
      expect(await runAsStranger(folder, "npm", "test")).toMatch(/Tests .*\d+ passed/);

      const artifact = await readFile(join(folder, "dist/my-plugin.wasm"));
      const digest = createHash("sha256").update(artifact).digest("hex");
      expect(await readFile(join(folder, "dist/my-plugin.wasm.sha256"), "utf8")).toBe(
        `${digest}  my-plugin.wasm\n`,
      );
      const map = JSON.parse(await readFile(join(folder, "dist/my-plugin.wasm.map"), "utf8")) as {
        sources: string[];
      };
      expect(map.sources).toContain("assembly/plugin.ts");

      const { version } = JSON.parse(readFileSync(join(PACKAGES, "cli/package.json"), "utf8")) as {
        version: string;
      };
      expect(await runAsStranger(folder, "npx", "gateway", "--version")).toBe(`${version}\n`);
    },
  );
});

describe("who writes in another language and has only the tarballs", () => {
  async function commandIn(folder: string): Promise<string> {
    await runAsStranger(folder, "npm", "init", "-y");
    await runAsStranger(folder, "npm", ...INSTALL, "--save-dev", tarballs["test-host"], tarballs.cli);
    return join(folder, "node_modules/.bin/gateway");
  }
  const serve = async (folder: string, command: string, ...args: string[]) => {
    const flags = ["--port", "0", "--admin-port", "0", "--trace"];
    const { match, stop } = await startAsStranger(folder, command, ["dev", ...args, ...flags], READY);
    onTestFinished(stop);
    return match[1]!;
  };

  test("debugs a module that no toolchain of ours has made", { timeout: LIMIT_MS }, async () => {
    const folder = await temporaryFolder();
    const command = await commandIn(folder);
    await writeFile(join(folder, "plugin.wasm"), assemble(ANSWERS_TEAPOT));
    expect(await runAsStranger(folder, "npx", "gateway", "check", "plugin.wasm")).toContain(
      "loads on  Envoy",
    );
    const url = await serve(folder, command, "plugin.wasm");
    expect((await fetch(url)).status).toBe(418);
  });

  describeWith("go", "in Go", () => {
    test("debugs the main.wasm that go build made", { timeout: LIMIT_MS }, async () => {
      const folder = await temporaryFolder();
      const command = await commandIn(folder);
      await cp(await buildGo("mock"), join(folder, "main.wasm"));
      const config = `{"mockEnable":true}`;
      const url = await serve(folder, command, "main.wasm", "--config", config, "--profile", "higress");
      expect(await (await fetch(url)).text()).toBe("hello world");
    });
  });
});

const ANSWERS_TEAPOT = `(module
  (import "env" "proxy_send_local_response"
    (func $respond (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (drop (call $respond (i32.const 418) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const -1)))
    (i32.const 1)))`;

/** Copies what a clone of the repository would hold, nothing built or installed. */
async function copyTracked(from: string, to: string): Promise<void> {
  const tracked = (await run("git", ["ls-files", "-z"], { cwd: from })).split("\0").filter(Boolean);
  for (const file of tracked) {
    await mkdir(dirname(join(to, file)), { recursive: true });
    await cp(join(from, file), join(to, file));
  }
}

/** Puts another name in the files that hello-world's README tells to change. */
async function rename(folder: string, plugin: string): Promise<void> {
  const readme = readFileSync(join(PACKAGES, "hello-world/README.md"), "utf8");
  const told = readme.slice(readme.indexOf("## Make it yours"), readme.indexOf("`npm install`"));
  const files = [...told.matchAll(/`([\w/.]+\.\w+)`/g)].map(([, file = ""]) => file);
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) {
    const text = await readFile(join(folder, file), "utf8");
    expect(text).toContain(plugin);
    await writeFile(join(folder, file), text.replaceAll(plugin, "my-plugin"));
  }
}

/** Takes our packages from their tarballs: nothing is on the registry before a release. */
async function adopt(path: string): Promise<void> {
  const manifest = JSON.parse(await readFile(path, "utf8")) as {
    devDependencies: Record<string, string>;
  };
  for (const [name, tarball] of Object.entries(tarballs)) {
    expect(manifest.devDependencies).toHaveProperty([`@gateway-plugins/${name}`]);
    manifest.devDependencies[`@gateway-plugins/${name}`] = `file:${tarball}`;
  }
  await writeFile(path, JSON.stringify(manifest, null, 2));
}
