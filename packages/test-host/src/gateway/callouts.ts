import type { CallbackName } from "../vm/callbacks.ts";
import type { CalloutCalls, CallResult, GrpcCallRequest, HttpCallRequest } from "../vm/context.ts";
import type { CallScope } from "../vm/call-scope.ts";
import type { Vm } from "../vm/vm.ts";
import type { Cluster } from "./clusters.ts";
import { resolveDns } from "./dns-callout.ts";
import type { FaultCode } from "./error-codes.ts";
import { GrpcCallouts } from "./grpc-callout.ts";
import { callHttp } from "./http-callout.ts";
import { callRedis, initRedis } from "./redis-callout.ts";

/** What each kind of callout needs of the root context that it belongs to. */
export interface CalloutOwner {
  readonly vm: Vm;
  cluster(name: string): Cluster | undefined;
  /** Calls back, unless the root context has ended. */
  enter(name: CallbackName, args: number[], scope?: CallScope): void;
  /** As `enter`, for a callout that failed: the guest can ask why while the callback runs, and for the code afterwards. */
  enterFailed(failure: { code: number; message: string }, name: CallbackName, args: number[]): void;
  fault(code: FaultCode, message: string): void;
  /** Starts a call that may still come back, which keeps streams waiting, and which the end of the root context cancels. */
  wait(start: (end: () => void) => { cancel(): void }): void;
}

/** What a callout that broke off leaves for `proxy_get_status`. */
export const BROKEN = { code: 11, message: "reset" };

/** All callouts of one root context. */
export class Callouts implements CalloutCalls, CalloutOwner {
  last = { code: 0, message: "" };
  readonly vm: Vm;
  readonly enter: CalloutOwner["enter"];
  readonly #clusters: { cluster(name: string): Cluster | undefined };
  readonly #pending = new Set<{ cancel(): void }>();
  readonly #grpc: GrpcCallouts;
  readonly #plugin: string;

  constructor(
    vm: Vm,
    plugin: string,
    clusters: { cluster(name: string): Cluster | undefined },
    enter: (name: CallbackName, args: number[], scope: CallScope) => void,
  ) {
    this.vm = vm;
    this.#clusters = clusters;
    this.enter = (name, args, scope = {}) => enter(name, args, scope);
    this.#grpc = new GrpcCallouts(this);
    this.#plugin = plugin;
  }

  cluster(name: string): Cluster | undefined {
    return this.#clusters.cluster(name);
  }

  enterFailed(failure: { code: number; message: string }, name: CallbackName, args: number[]): void {
    this.last = failure;
    this.enter(name, args);
    this.last = { code: failure.code, message: "" };
  }

  http(request: HttpCallRequest): CallResult {
    return callHttp(this, request);
  }

  redisInit(service: string, username: string, password: string, timeoutMs: number): number {
    return initRedis(this, service, username, password, timeoutMs);
  }

  redisCall(service: string, query: Uint8Array): CallResult {
    return callRedis(this, service, query);
  }

  grpcCall(request: GrpcCallRequest, message: Uint8Array, timeoutMs: number): CallResult {
    return this.#grpc.call(request, message, timeoutMs);
  }

  grpcStream(request: GrpcCallRequest): CallResult {
    return this.#grpc.stream(request);
  }

  grpcSend(token: number, message: Uint8Array, endStream: boolean): number {
    return this.#grpc.send(token, message, endStream);
  }

  grpcClose(token: number): number {
    return this.#grpc.close(token);
  }

  grpcCancel(token: number): number {
    return this.#grpc.cancel(token);
  }

  resolveDns(name: string): CallResult {
    return resolveDns(this, name);
  }

  fault(code: FaultCode, message: string): void {
    this.vm.host.fault(code, message, this.#plugin);
  }

  wait(start: (end: () => void) => { cancel(): void }): void {
    this.vm.waits++;
    const call = start(() => {
      if (this.#pending.delete(call)) this.vm.waits--;
    });
    this.#pending.add(call);
  }

  /** Cancels everything under way, without telling the guest. */
  close(): void {
    for (const call of this.#pending) call.cancel();
  }
}
