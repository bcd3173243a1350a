import { startGateway } from "@gateway-plugins/test-host";
import { build } from "../compile.ts";

/**
 * A plugin that runs `body` on each of many inputs of one request's body (`input: Bytes`, `out: ByteSink`) and answers with all outputs.
 * Lengths of four bytes stand before inputs and outputs.
 */
const source = (
  imports: string,
  body: string,
  more: string,
) => `import { Action, ByteSink, Bytes, Plugin${imports && `, ${imports}`} } from "@gateway-plugins/sdk";
${more}
function each(input: Bytes, out: ByteSink): void { ${body} }
new Plugin("fuzz").onRequestBody((ctx, body) => {
  const bytes = body.bytes;
  const all = new ByteSink(bytes.length * 2);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = <i32>load<u32>(bytes.pointer + at);
    const out = new ByteSink();
    each(bytes.slice(at + 4, at + 4 + length), out);
    const n = out.length;
    all.byte(n & 255).byte((n >> 8) & 255).byte((n >> 16) & 255).byte(n >> 24).bytes(out.take());
    at += 4 + length;
  }
  return ctx.respondBytes(200, all.take());
});`;

/** Compiles at the first call, with `more` beside it; feeds inputs through the guest, 1,000 a request. */
export function feeder(
  imports: string,
  body: string,
  flags?: string[],
  more = "",
): (inputs: readonly Uint8Array[]) => Promise<Buffer[]> {
  return async (inputs) => {
    const plugin = await build(source(imports, body, more), flags);
    const gateway = await startGateway({ plugin, canary: false, bufferLimitBytes: 1 << 28 });
    const outputs: Buffer[] = [];
    for (let i = 0; i < inputs.length; i += 1_000) {
      const response = await gateway.fetch("/", { body: pack(inputs.slice(i, i + 1_000)) });
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      outputs.push(...unpack(Buffer.from(response.bytes())));
    }
    await gateway.close();
    return outputs;
  };
}
function pack(inputs: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    inputs.flatMap((input) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(input.length);
      return [length, input];
    }),
  );
}
function unpack(bytes: Buffer): Buffer[] {
  const outputs: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at);
    outputs.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return outputs;
}

/** A generator of numbers that gives the same ones for the same seed (mulberry32). */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
