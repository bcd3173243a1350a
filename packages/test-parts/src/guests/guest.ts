import { CALLBACKS, MORE_FUNCTIONS, HOST_FUNCTIONS } from "./abi.ts";
import { assemble, dataAt, encodePairs, importOf } from "./assemble.ts";

/** What a guest's source is made of: every use adds the import or the data that it needs. */
export interface Parts {
  /** Pointer and size of a text in the guest's memory, as two operands. */
  text(value: string): string;
  /** As `text`, of bytes: one character each. */
  latin1(value: string): string;
  /** A call of a host function with operands. */
  call(name: string, ...operands: (string | number)[]): string;
  /** Drops the result. */
  run(name: string, ...operands: (string | number)[]): string;
  /** Logs the result as a number. */
  result(name: string, ...operands: (string | number)[]): string;
  /** Logs a text. */
  log(value: string): string;
  /** Logs a text and a number after it. */
  logNumber(label: string, operand: string): string;
  /** Logs the bytes that the call gives: its last two operands are the out-slots. */
  logGiven(name: string, ...operands: (string | number)[]): string;
  /** Logs the result, and the bytes that the call gives in hexadecimal; of more than 600 the number and the first 20. */
  hexGiven(label: string, name: string, ...operands: (string | number)[]): string;
  /** A callback: unless `body` returns, it answers 1 where that means fine, else 0. */
  on(name: string, body: string): string;
}

const MORE_CALLBACKS: Record<string, { parameters: readonly string[]; answer?: number }> = {
  ...CALLBACKS,
  proxy_on_redis_call_response: { parameters: ["id", "token", "status", "size"] },
  envoy_on_resolve_dns: { parameters: ["id", "token", "size"] },
};
const FUNCTIONS = { ...HOST_FUNCTIONS, ...MORE_FUNCTIONS };

const LIBRARY = `
  (global $top (mut i32) (i32.const 32768))
  (global $stream (mut i32) (i32.const 0))
  (func (export "malloc") (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $top))
    (if (i32.gt_u (i32.add (global.get $top) (local.get $size)) (i32.const 6000000)) (then (return (i32.const 0))))
    (global.set $top (i32.add (global.get $top) (local.get $size)))
    (local.get $at))
  (func $logNumber (param $value i32)
    (local $at i32)
    (local.set $at (i32.const 64))
    (loop $digit
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $value) (i32.const 10))))
      (local.set $value (i32.div_u (local.get $value) (i32.const 10)))
      (br_if $digit (local.get $value)))
    (drop (call $proxy_log (i32.const 2) (local.get $at) (i32.sub (i32.const 64) (local.get $at)))))
  (func $logLabelled (param $label i32) (param $size i32) (param $value i32)
    (memory.copy (i32.const 128) (local.get $label) (local.get $size))
    (i32.store8 (i32.add (i32.const 128) (local.get $size)) (i32.add (i32.const 48) (local.get $value)))
    (drop (call $proxy_log (i32.const 2) (i32.const 128) (i32.add (local.get $size) (i32.const 1)))))
  (func $logGiven
    (drop (call $proxy_log (i32.const 2) (i32.load (i32.const 0)) (i32.load (i32.const 4)))))
  (func $hexDigit (param $at i32) (param $digit i32)
    (i32.store8 (local.get $at)
      (i32.add (local.get $digit) (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get $digit) (i32.const 10))))))
  (func $logHex (param $at i32) (param $size i32)
    (local $i i32) (local $to i32)
    (if (i32.gt_u (local.get $size) (i32.const 600))
      (then (call $logNumber (local.get $size)) (local.set $size (i32.const 20))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $i) (local.get $size)))
      (local.set $to (i32.add (i32.const 6100000) (i32.shl (local.get $i) (i32.const 1))))
      (call $hexDigit (local.get $to)
        (i32.shr_u (i32.load8_u (i32.add (local.get $at) (local.get $i))) (i32.const 4)))
      (call $hexDigit (i32.add (local.get $to) (i32.const 1))
        (i32.and (i32.load8_u (i32.add (local.get $at) (local.get $i))) (i32.const 15)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (drop (call $proxy_log (i32.const 2) (i32.const 6100000) (i32.shl (local.get $size) (i32.const 1)))))
`;

/** Builds a module from WAT. Global `$stream` is free for the id of a stream; slots 0 to 63 are scratch. */
export function guest(
  source: (parts: Parts) => string,
  options: { marker?: string; shape?: (wat: string) => string } = {},
): Uint8Array {
  const imports = new Set(["proxy_log"]);
  const data: string[] = [];
  let end = 1024;
  const operand = (value: string | number) => (typeof value === "number" ? `(i32.const ${value})` : value);
  const place = (bytes: Buffer) => {
    data.push(dataAt(end, bytes));
    end += bytes.length;
    return `(i32.const ${end - bytes.length}) (i32.const ${bytes.length})`;
  };
  const text = (value: string) => place(Buffer.from(value));
  const call = (name: string, ...operands: (string | number)[]) => {
    imports.add(name);
    return `(call $${name} ${operands.map(operand).join(" ")})`;
  };
  const parts: Parts = {
    text,
    latin1: (value) => place(Buffer.from(value, "latin1")),
    call,
    run: (name, ...operands) => `(drop ${call(name, ...operands)})`,
    result: (name, ...operands) => `(call $logNumber ${call(name, ...operands)})`,
    log: (value) => `(drop ${call("proxy_log", 2, text(value))})`,
    logNumber: (label, value) => `(call $logLabelled ${text(label)} ${value})`,
    logGiven: (name, ...operands) => `(drop ${call(name, ...operands, 0, 4)}) (call $logGiven)`,
    hexGiven: (label, name, ...operands) =>
      `(i64.store (i32.const 40) (i64.const 0)) (call $logLabelled ${text(`${label} `)} ${call(name, ...operands, 40, 44)})
       (call $logHex (i32.load (i32.const 40)) (i32.load (i32.const 44)))`,
    on(name, body) {
      const { parameters = [], answer } = MORE_CALLBACKS[name] ?? {};
      const signature = parameters.map((parameter) => `(param $${parameter} i32)`).join(" ");
      return answer === undefined
        ? `(func (export "${name}") ${signature} ${body})`
        : `(func (export "${name}") ${signature} (result i32) ${body} (i32.const ${answer}))`;
    },
  };
  const body = source(parts);
  const declared = [...imports].map((name) => importOf(name, FUNCTIONS[name] ?? []));
  const marker = options.marker ?? "proxy_abi_version_0_2_1";
  const wat = `(module ${declared.join("\n")} (memory (export "memory") 100) ${data.join("\n")}
    (func (export "${marker}")) ${LIBRARY} ${body})`;
  return assemble(options.shape?.(wat) ?? wat);
}

/** A serialized map, as a text for `Parts.text`. */
export function pairs(entries: Record<string, string>): string {
  return encodePairs(Object.entries(entries)).toString("latin1");
}
