import { randomFillSync } from "node:crypto";
import type { HostFunction } from "../vm/host-function.ts";
import type { Vm } from "../vm/vm.ts";

/**
 * The part of WASI that proxy-wasm hosts offer, in `wasi_snapshot_preview1` and `wasi_unstable`: output becomes log
 * lines, clocks and randomness work, there is no file system. Source: proxy-wasm-cpp-host, src/exports.cc.
 */
const BADF = 8;
const INVAL = 28;
const NOENT = 44;
const NOSYS = 52;
const NOTDIR = 20;
const NOTSUP = 58;

const INFO = 2;
const ERROR = 4;

const isOutput = (fd: number) => fd === 1 || fd === 2;

function answer(signature: string, errno: number): HostFunction {
  return { signature, run: () => errno, duringStart: true };
}

/** 0 for stdout and stderr, EBADF for the rest. */
function onOutput(signature: string): HostFunction {
  return { signature, run: (_vm, fd: number) => (isOutput(fd) ? 0 : BADF), duringStart: true };
}

function write(vm: Vm, fd: number, vectors: number, count: number, writtenSlot: number): number {
  if (!isOutput(fd)) return BADF;
  let text = "";
  let written = 0;
  for (let i = 0; i < count; i++) {
    const at = (vectors >>> 0) + 8 * i;
    const size = vm.memory.readU32(at + 4);
    text += vm.memory.readText(vm.memory.readU32(at), size);
    written += size;
  }
  if (written > 0) vm.host.log(fd === 1 ? INFO : ERROR, text.replace(/\n$/, ""), vm, vm.context, "guest");
  vm.memory.writeU32(writtenSlot, written);
  return 0;
}

const PATHS_WITHOUT_SUPPORT: Record<string, string> = {
  path_create_directory: "i32 i32 i32 -> i32",
  path_filestat_get: "i32 i32 i32 i32 i32 -> i32",
  path_filestat_set_times: "i32 i32 i32 i32 i64 i64 i32 -> i32",
  path_link: "i32 i32 i32 i32 i32 i32 -> i32",
  path_readlink: "i32 i32 i32 i32 i32 i32 -> i32",
  path_remove_directory: "i32 i32 i32 -> i32",
  path_rename: "i32 i32 i32 i32 i32 i32 -> i32",
  path_symlink: "i32 i32 i32 i32 -> i32",
  path_unlink_file: "i32 i32 i32 -> i32",
  fd_renumber: "i32 i32 -> i32",
  sock_accept: "i32 i32 i32 -> i32",
  sock_recv: "i32 i32 i32 i32 i32 i32 -> i32",
  sock_send: "i32 i32 i32 i32 i32 -> i32",
  sock_shutdown: "i32 i32 -> i32",
};

export const wasiFunctions: Record<string, HostFunction> = {
  fd_write: { signature: "i32 i32 i32 i32 -> i32", run: write, duringStart: true, duringAllocation: true },
  clock_time_get: {
    signature: "i32 i64 i32 -> i32",
    duringStart: true,
    duringAllocation: true,
    run(vm, clock: number, _precision: bigint, slot: number) {
      if (clock !== 0 && clock !== 1) return NOTSUP;
      vm.memory.writeU64(slot, vm.host.clock.now());
      return 0;
    },
  },
  clock_res_get: {
    signature: "i32 i32 -> i32",
    duringStart: true,
    run(vm, clock: number, slot: number) {
      if (clock !== 0 && clock !== 1) return NOTSUP;
      vm.memory.writeU64(slot, 1n);
      return 0;
    },
  },
  random_get: {
    signature: "i32 i32 -> i32",
    duringStart: true,
    run(vm, pointer: number, size: number) {
      if (size >>> 0 > 65536) return INVAL;
      vm.memory.write(pointer, randomFillSync(new Uint8Array(size >>> 0)));
      return 0;
    },
  },
  environ_get: {
    signature: "i32 i32 -> i32",
    duringStart: true,
    run(vm, pointers: number, texts: number) {
      let at = texts >>> 0;
      for (const [index, bytes] of environment(vm).entries()) {
        vm.memory.writeU32((pointers >>> 0) + 4 * index, at);
        vm.memory.write(at, bytes);
        at += bytes.length;
      }
      return 0;
    },
  },
  args_get: answer("i32 i32 -> i32", 0),
  environ_sizes_get: sizes(environment),
  args_sizes_get: sizes(() => []),
  sched_yield: answer("void -> i32", 0),
  poll_oneoff: {
    signature: "i32 i32 i32 i32 -> i32",
    duringStart: true,
    duringAllocation: true,
    run(vm, _in: number, _out: number, _count: number, slot: number) {
      vm.memory.writeU32(slot, 0);
      return 0;
    },
  },
  fd_fdstat_get: {
    signature: "i32 i32 -> i32",
    duringStart: true,
    run(vm, fd: number, slot: number) {
      if (!isOutput(fd)) return BADF;
      vm.memory.write(slot, new Uint8Array(24));
      vm.memory.writeU32(slot + 8, 64);
      return 0;
    },
  },
  fd_close: answer("i32 -> i32", 0),
  fd_seek: answer("i32 i64 i32 i32 -> i32", 0),
  /** Returns to the guest, as it does in Envoy. */
  proc_exit: {
    signature: "i32 -> void",
    duringStart: true,
    run: (vm, code: number) => vm.host.log(ERROR, `WASI proc_exit(${code})`, vm, vm.context, "host"),
  },
  path_open: answer("i32 i32 i32 i32 i32 i64 i64 i32 i32 -> i32", NOENT),
  fd_prestat_get: answer("i32 i32 -> i32", BADF),
  fd_filestat_get: answer("i32 i32 -> i32", BADF),
  fd_prestat_dir_name: answer("i32 i32 i32 -> i32", NOSYS),
  fd_read: answer("i32 i32 i32 i32 -> i32", NOSYS),
  fd_pread: answer("i32 i32 i32 i64 i32 -> i32", NOSYS),
  fd_fdstat_set_flags: answer("i32 i32 -> i32", NOSYS),
  fd_readdir: answer("i32 i32 i32 i64 i32 -> i32", NOTDIR),
  fd_advise: answer("i32 i64 i64 i32 -> i32", 0),
  fd_allocate: onOutput("i32 i64 i64 -> i32"),
  fd_datasync: onOutput("i32 -> i32"),
  fd_sync: onOutput("i32 -> i32"),
  fd_tell: onOutput("i32 i32 -> i32"),
  fd_fdstat_set_rights: onOutput("i32 i64 i64 -> i32"),
  fd_filestat_set_size: onOutput("i32 i64 -> i32"),
  fd_filestat_set_times: onOutput("i32 i64 i64 i32 -> i32"),
  fd_pwrite: {
    signature: "i32 i32 i32 i64 i32 -> i32",
    duringStart: true,
    run: (vm, fd: number, vectors: number, count: number, _offset: bigint, slot: number) =>
      write(vm, fd, vectors, count, slot),
  },
  ...Object.fromEntries(
    Object.entries(PATHS_WITHOUT_SUPPORT).map(([name, signature]) => [name, answer(signature, NOTSUP)]),
  ),
};

/** `NAME=value` with a zero behind, as C programs expect it. */
function environment(vm: Vm): Uint8Array[] {
  return vm.environment.map((entry) => new TextEncoder().encode(`${entry}\0`));
}

function sizes(texts: (vm: Vm) => Uint8Array[]): HostFunction {
  return {
    signature: "i32 i32 -> i32",
    duringStart: true,
    run(vm, countSlot: number, sizeSlot: number) {
      const given = texts(vm);
      vm.memory.writeU32(countSlot, given.length);
      vm.memory.writeU32(
        sizeSlot,
        given.reduce((sum, bytes) => sum + bytes.length, 0),
      );
      return 0;
    },
  };
}
