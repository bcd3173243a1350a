import { createConnection, createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { RealClock } from "../../src/services/real-clock.ts";
import { VIRTUAL_EPOCH_MS, VirtualClock } from "../../src/services/virtual-clock.ts";

const elapsedMs = (clock: VirtualClock): number => Number(clock.now() / 1_000_000n) - VIRTUAL_EPOCH_MS;

describe("VirtualClock", () => {
  it("stands still until it is advanced", async () => {
    const clock = new VirtualClock(1_000);
    let fired = false;
    clock.after(0, () => (fired = true));
    await clock.settle();
    expect([clock.now(), fired]).toEqual([1_000_000_000n, false]);
    await clock.advance(0);
    expect(fired).toBe(true);
  });

  it("fires due timers in time order, each at its own instant", async () => {
    const clock = new VirtualClock();
    const fired: [string, number][] = [];
    const set = (name: string, ms: number) => clock.after(ms, () => fired.push([name, elapsedMs(clock)]));
    set("late", 30);
    set("first of two", 10);
    set("second of two", 10);
    set("never", 51);
    await clock.advance(50);
    expect(fired).toEqual([
      ["first of two", 10],
      ["second of two", 10],
      ["late", 30],
    ]);
    expect(elapsedMs(clock)).toBe(50);
  });

  it("fires timers that timers set, as long as they are due", async () => {
    const clock = new VirtualClock();
    const ticks: number[] = [];
    const tick = (): void => {
      ticks.push(elapsedMs(clock));
      clock.after(20, tick);
    };
    clock.after(20, tick);
    await clock.advance(70);
    expect(ticks).toEqual([20, 40, 60]);
  });

  it("does not fire a cancelled timer, not even one that is due at the same instant", async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.after(5, () => {
      fired.push("canceller");
      other.cancel();
    });
    const other = clock.after(5, () => fired.push("cancelled"));
    await clock.advance(5);
    expect(fired).toEqual(["canceller"]);
  });

  it("keeps fractions of a millisecond", async () => {
    const clock = new VirtualClock(0);
    await clock.advance(0.25);
    expect(clock.now()).toBe(250_000n);
  });

  it("rejects with what a callback throws and goes on from there", async () => {
    const clock = new VirtualClock();
    clock.after(1, () => {
      throw new Error("from a timer");
    });
    await expect(clock.advance(5)).rejects.toThrow("from a timer");
    expect(elapsedMs(clock)).toBe(1);
    await clock.advance(5);
    expect(elapsedMs(clock)).toBe(6);
  });

  it("runs one advance after the other", async () => {
    const clock = new VirtualClock();
    await Promise.all([clock.advance(10), clock.advance(20)]);
    expect(elapsedMs(clock)).toBe(30);
  });

  it("refuses to go back", () => {
    expect(() => new VirtualClock().advance(-1)).toThrow("A clock advances by 0 ms or more, not by -1.");
  });

  it("lets a loopback conversation finish before it fires the next timer", async () => {
    const server = createServer((socket) => socket.on("data", (bytes) => socket.write(bytes))).listen(
      0,
      "127.0.0.1",
    );
    await once(server, "listening");
    const clock = new VirtualClock();
    const seen: string[] = [];
    const socket = createConnection((server.address() as AddressInfo).port, "127.0.0.1");
    socket.write("a");
    socket.on("data", (bytes) => {
      seen.push(`${bytes}@${elapsedMs(clock)}`);
      if (seen.length === 1) socket.write("b");
    });
    clock.after(1, () => socket.write("c"));
    clock.after(2, () => seen.push("timeout"));
    await clock.advance(2);
    expect(seen).toEqual(["a@0", "b@0", "c@1", "timeout"]);
    socket.destroy();
    server.close();
  });

  it("waits for tracked work however long it takes", async () => {
    const clock = new VirtualClock();
    let done = false;
    clock.track(new Promise((resolve) => setTimeout(resolve, 20)).then(() => (done = true)));
    await clock.advance(0);
    expect(done).toBe(true);
  });
});

describe("RealClock", () => {
  it("tells the wall-clock time in nanoseconds", () => {
    const before = Date.now();
    const now = Number(new RealClock().now() / 1_000_000n);
    expect(now).toBeGreaterThanOrEqual(before - 1);
    expect(now).toBeLessThanOrEqual(Date.now() + 3);
  });

  it("never calls back synchronously", async () => {
    let fired = false;
    const done = new Promise<void>((resolve) => new RealClock().after(0, () => resolve(void (fired = true))));
    expect(fired).toBe(false);
    await done;
    expect(fired).toBe(true);
  });

  it("does not fire a timer of a hundred days at once, and cancels it", async () => {
    const clock = new RealClock();
    let fired = false;
    const timer = clock.after(100 * 86_400_000, () => (fired = true));
    await new Promise<void>((resolve) => clock.after(5, resolve));
    timer.cancel();
    expect(fired).toBe(false);
  });
});
