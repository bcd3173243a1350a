import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./gateway.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** A plugin's folder: `answer` goes on every request as the header `answer`, with the configuration's `word` behind it. */
export function pluginProject(): {
  folder: string;
  answer(text: string): void;
  write(name: string, text: string): void;
} {
  const folder = temporaryFolder();
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, "node_modules/@gateway-plugins"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules/assemblyscript"), join(folder, "node_modules/assemblyscript"));
  symlinkSync(join(ROOT, "packages/sdk"), join(folder, "node_modules/@gateway-plugins/sdk"));
  mkdirSync(join(folder, "assembly"));
  write("package.json", JSON.stringify({ name: "answers" }));
  write("asconfig.json", readFileSync(join(ROOT, "packages/hello-world/asconfig.json"), "utf8"));
  write("assembly/plugin.ts", SOURCE);
  const answer = (text: string): void =>
    write("assembly/answer.ts", `export const ANSWER: string = ${JSON.stringify(text)};\n`);
  answer("first");
  return { folder, answer, write };
}

const SOURCE = `import { Action, Plugin } from "@gateway-plugins/sdk";
import { ANSWER } from "./answer";

class Config {
  word: string = "";
}

new Plugin<Config>("answers")
  .parseConfig((json, config) => {
    config.word = json.string("word");
  })
  .onRequestHeaders((ctx) => {
    ctx.request.headers.append("answer", ANSWER + " " + ctx.config.word);
    return Action.Continue;
  });
`;
