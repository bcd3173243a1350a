import { describe, expect, test } from "vitest";
import { DEBUG, RELEASE, build } from "../compile.ts";
import { random } from "../fuzz/guest.ts";
import { COUNTING, type Heap, heapsOf } from "./guest.ts";
import { Model } from "./model.ts";

const PAGE = 65536;
const BUILDS: [name: string, flags: string[], operations: number][] = [
  ["release", RELEASE, 100_000],
  ["release, incremental", [...RELEASE.slice(0, -1), "incremental"], 100_000],
  ["debug", [...DEBUG.slice(0, -1), "minimal"], 20_000],
  ["debug, incremental", DEBUG, 20_000],
];

type Next = (below: number) => number;
const SIZES: [name: string, size: (next: Next) => number][] = [
  ["small", (next) => next(128)],
  ["of every length", (next) => Math.floor(2 ** (next(1600) / 100))],
  ["of two lengths in one bin", (next) => (next(2) ? 60 : 108)],
  ["small, and bodies", (next) => (next(8) ? 16 + next(90) : 2_000 + next(30_000))],
];

describe.for(BUILDS)("the heap (%s)", ([, flags, operations]) => {
  const start = heapsOf(flags);

  test.for(SIZES)("holds blocks %s, in the memory that each size has needed at once", async ([, sizeOf]) => {
    for (const [seed, living] of [
      [1, 50],
      [2, 1_500],
    ] as const) {
      const heap = await start();
      const first = heap.alloc(1);
      heap.free(first);
      const next = random(seed);
      const model = new Model(heap);
      for (let i = 0; i < operations / 2; i++) {
        const most = living * (0.1 + 0.9 * Math.abs(Math.sin(i / 3_000)));
        const { length } = model.living;
        if (length < most && next(8)) model.alloc(sizeOf(next));
        else if (length === 0) continue;
        else if (next(4)) model.free(next(3) ? next(length) : length - 1);
        else model.realloc(next(length), sizeOf(next));
      }
      model.checkAll();
      while (model.living.length > 0) model.free(next(model.living.length));
      const { length } = heap.bytes();
      const needed = model.peaks.reduce((sum, [payload, count]) => sum + (payload + 4) * count, first + 16);
      expect(length).toBeLessThanOrEqual(Math.ceil(needed / PAGE) * PAGE);
      for (const [payload, count] of model.peaks) for (let i = 0; i < count; i++) heap.alloc(payload);
      expect(heap.bytes().length).toBe(length);
    }
  });

  test("a block stays where it lies while it is large enough, and otherwise moves", async () => {
    const heap = await start();
    const [a, b] = [heap.alloc(150), heap.alloc(150)];
    heap.bytes().fill("a", a, a + 150);
    expect([heap.realloc(a, 156), heap.realloc(a, 10), heap.realloc(a, 156)]).toEqual([a, a, a]);
    const moved = heap.realloc(a, 157);
    expect(moved).toBeGreaterThan(b);
    expect(heap.bytes().toString("latin1", moved, moved + 150)).toBe("a".repeat(150));
    expect([heap.alloc(157), heap.alloc(140)]).not.toContain(b);
    heap.free(b);
    expect(heap.alloc(150)).toBe(b);
  });
  test("static data is copied, never freed", async () => {
    const heap = await start();
    const header = 16;
    const copy = heap.realloc(heap.text() - header, 100) + header;
    heap.free(heap.text() - header);
    heap.free(0);
    for (const at of [copy, heap.text()])
      expect(heap.bytes().toString("utf16le", at, at + 22)).toBe("static data");
  });
  test("memory grows by what is needed", async () => {
    const heap = await start();
    const pages = () => heap.bytes().length / PAGE;
    const before = pages();
    for (const size of [PAGE - 4, PAGE - 4, 3 * PAGE - 4]) heap.alloc(size);
    expect(pages()).toBe(before + 5);
    const small = heap.alloc(1);
    expect(small + PAGE).toBeGreaterThan(heap.bytes().length);
    for (let at = small; at + 32 < heap.bytes().length && pages() === before + 5;) at = heap.alloc(1);
    expect(pages()).toBe(before + 5);
  });
  test("what cannot be had traps and changes nothing", async () => {
    const heap = await heapsOf([...flags, "--maximumMemory", "4"])();
    const first = heap.alloc(100);
    heap.bytes().fill("x", first, first + 100);
    for (const size of [4 * PAGE, 2 ** 30 - 4, 2 ** 30, 2 ** 31, 2 ** 32 - 20, 2 ** 32 - 4, 2 ** 32 - 1]) {
      expect(() => heap.alloc(size)).toThrow("unreachable");
      expect(() => heap.realloc(first, size)).toThrow("unreachable");
    }
    expect(heap.bytes().toString("latin1", first, first + 100)).toBe("x".repeat(100));
    heap.free(first);
    expect(heap.alloc(100)).toBe(first);
    const told = flags.includes("--debug") ? /out of memory[^]*Allocation too large/ : /^$/;
    expect(heap.logs.join("\n")).toMatch(told);
  });
  test("pages that the author takes are not the heap's", async () => {
    const heap = await start();
    const page = heap.grow(1);
    expect(page).toBeGreaterThan(0);
    const fill = () => {
      for (;;) expect(heap.alloc(100) + 108).toBeLessThanOrEqual(page * PAGE);
    };
    expect(fill).toThrow("unreachable");
  });
});

describe.for(BUILDS.slice(0, 2))(
  "no operation takes longer because there are many blocks (%s)",
  ([, flags]) => {
    const start = heapsOf([...flags, ...COUNTING]);
    const MANY = 20_000;
    const MOST = 8;
    const numbers = Array.from({ length: MANY }, (_, i) => i);
    const next = random(3);
    const ORDERS: [name: string, order: number[]][] = [
      ["in the order of their making", numbers],
      ["backwards", numbers.toReversed()],
      ["every other first", [...numbers.filter((i) => i % 2), ...numbers.filter((i) => i % 2 === 0)]],
      ["from both ends", numbers.map((i) => (i % 2 ? MANY - ((i + 1) >> 1) : i >> 1))],
      [
        "in any order",
        numbers
          .map((i) => [next(2 ** 32), i] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, i]) => i),
      ],
    ];

    test.for(ORDERS)("freed %s", async ([, order]) => {
      const heap = await start();
      const counted = counter(heap, MOST);
      const blocks = numbers.map((i) => counted(() => heap.alloc(20 + ((i * 37) % 200))));
      for (const i of order) counted(() => heap.free(blocks[i]!));
      const { length } = heap.bytes();
      for (const i of numbers) counted(() => heap.alloc(20 + ((i * 37) % 200)));
      expect(heap.bytes().length).toBe(length);
    });
    test("with as many holes that are a little too small", async () => {
      const heap = await start();
      const counted = counter(heap, MOST);
      const blocks = numbers.map(() => counted(() => heap.alloc(76)));
      blocks.forEach((block, i) => i % 2 && counted(() => heap.free(block)));
      for (let i = 0; i < MANY; i++) counted(() => heap.alloc(108));
      for (let i = 0; i < MANY / 2; i++)
        expect(counted(() => heap.alloc(76))).toBeLessThanOrEqual(blocks.at(-1)!);
    });
  },
);

test("the author may keep AssemblyScript's allocator", async () => {
  const named = async (flags: string[]) => Buffer.from(await build("", flags)).toString("latin1");
  expect(await named(DEBUG)).not.toContain("rt/tlsf/");
  const kept = [...DEBUG, "--use", "GATEWAY_HEAP=0"];
  expect(await named(kept)).toContain("rt/tlsf/__alloc");
  for (const flags of [kept, [...RELEASE, "--use", "GATEWAY_HEAP=0"]]) {
    const heap = await heapsOf(flags)();
    const block = heap.alloc(10);
    heap.free(block);
    expect(heap.alloc(10)).toBe(block);
  }
});

/** Does something, and throws when that took too many steps. */
function counter(heap: Heap, most: number): <T>(operation: () => T) => T {
  return (operation) => {
    heap.takeSteps();
    const result = operation();
    const steps = heap.takeSteps();
    if (steps === 0 || steps > most) throw new Error(`${steps} steps`);
    return result;
  };
}
