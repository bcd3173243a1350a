import { connectRedis } from "../services/redis/connect.ts";
import type { RedisConnection } from "../services/redis/client.ts";
import type { Timer } from "../services/clock.ts";
import { int64 } from "../stream/properties.ts";
import type { CallResult, Context, HttpCallRequest, PluginIdentity, RootCalls } from "../vm/context.ts";
import { toBytes } from "../vm/pairs.ts";
import { Status } from "../vm/status.ts";
import type { CallbackName } from "../vm/callbacks.ts";
import type { CallScope, Vm } from "../vm/vm.ts";
import type { Cluster } from "./clusters.ts";
import { startHttpCallout } from "./http-callout.ts";

const BROKEN = { code: 11, message: "reset" };

/** What a root context needs from the gateway. */
export interface RootHost {
  cluster(name: string): Cluster | undefined;
  /** A callback outside of any stream has returned: streams may have been forgotten. */
  calledBack(vm: Vm): void;
}

/** A configured plugin in one VM: its root context. Callouts, ticks and queues belong to it, and end with it. */
export class RootContext implements Context, RootCalls {
  readonly id: number;
  readonly plugin: PluginIdentity;
  readonly vm: Vm;
  readonly root: RootCalls = this;
  lastCallout = { code: 0, message: "" };
  readonly #host: RootHost;
  readonly #redis = new Map<string, { settings: string; connection: RedisConnection }>();
  readonly #calls = new Set<{ cancel(): void }>();
  #tick: Timer | undefined;
  #tickPeriodMs = 0;
  #closed = false;
  #awaitsDone: (() => void) | undefined;

  constructor(vm: Vm, plugin: PluginIdentity, host: RootHost) {
    this.id = vm.nextContextId();
    this.vm = vm;
    this.plugin = plugin;
    this.#host = host;
    vm.contexts.set(this.id, this);
  }

  /** Creates the context, starts the VM for it, and configures it. Answers which step the guest refused, or trapped in. */
  start(configuration: Uint8Array): "start" | "configure" | undefined {
    const { vm } = this;
    const ask = (name: CallbackName, size: number, scope: CallScope = {}) =>
      (vm.has(name) ? vm.call(name, this, [this.id, size], scope) : 1) !== 0 && vm.failed === undefined;
    vm.call("proxy_on_context_create", this, [this.id, 0]);
    if (!ask("proxy_on_vm_start", vm.configuration.length)) return "start";
    const scope = { pluginConfiguration: configuration };
    return ask("proxy_on_configure", configuration.length, scope) ? undefined : "configure";
  }

  httpCall(request: HttpCallRequest): CallResult {
    const refused = (status: number): CallResult => ({ status, token: 0 });
    const cluster = this.#host.cluster(request.cluster);
    const names = new Set(request.headers.map(([name]) => name));
    const isComplete =
      names.has(":method") && names.has(":path") && (names.has(":authority") || names.has("host"));
    if (cluster === undefined || !isComplete || request.timeoutMs < 0) return refused(Status.BadArgument);
    const token = this.vm.nextToken("http");
    const host = cluster.pick();
    if (host === undefined) return refused(Status.InternalFailure);
    this.#wait((end) =>
      startHttpCallout(request, host.upstream, this.vm.host.clock, (result) => {
        end();
        const { headers, body, trailers } = result;
        if (headers.length === 0) this.lastCallout = BROKEN;
        this.#call("proxy_on_http_call_response", [token, headers.length, body.length, trailers.length], {
          httpCall: result,
        });
      }),
    );
    return { status: Status.Ok, token };
  }

  redisInit(service: string, username: string, password: string, timeoutMs: number): number {
    const [name = "", query = ""] = service.split("?", 2);
    const cluster = this.#host.cluster(name);
    if (cluster === undefined) return Status.BadArgument;
    const database = Number(new URLSearchParams(query).get("db")) || 0;
    const settings = JSON.stringify([database, username, password, timeoutMs]);
    const present = this.#redis.get(name);
    if (present?.settings === settings || cluster.socket === undefined) return Status.Ok;
    void present?.connection.close();
    const connection = connectRedis(
      {
        ...cluster.socket,
        username,
        password,
        database,
        timeoutMs,
        connectTimeoutMs: cluster.connectTimeoutMs,
      },
      this.vm.host.clock,
    );
    this.#redis.set(name, { settings, connection });
    return Status.Ok;
  }

  redisCall(service: string, query: Uint8Array): CallResult {
    const [name = ""] = service.split("?", 1);
    if (this.#host.cluster(name) === undefined) return { status: Status.BadArgument, token: 0 };
    const connection = this.#redis.get(name)?.connection;
    if (connection === undefined) return { status: Status.InternalFailure, token: 0 };
    const token = this.vm.nextToken("redis");
    this.#wait((end) => {
      let isCancelled = false;
      connection.send(query, (outcome) => {
        if (isCancelled) return;
        end();
        if (outcome.status === "ok") {
          this.#call("proxy_on_redis_call_response", [token, 0, outcome.reply.length], {
            redisReply: outcome.reply,
          });
        } else {
          this.lastCallout = BROKEN;
          this.#call("proxy_on_redis_call_response", [token, 1, 0], {});
        }
      });
      return { cancel: () => void (isCancelled = true) };
    });
    return { status: Status.Ok, token };
  }

  setTickPeriod(ms: number): void {
    if (this.#tickPeriodMs > 0) this.vm.waits--;
    this.#tick?.cancel();
    this.#tickPeriodMs = ms;
    if (ms === 0) return;
    this.vm.waits++;
    this.#arm();
  }
  #arm(): void {
    // Re-armed when the guest has returned, so ticks do not pile up.
    this.#tick = this.vm.host.clock.after(this.#tickPeriodMs, () => {
      const period = this.#tickPeriodMs;
      this.#call("proxy_on_tick", [], {});
      if (!this.#closed && period > 0 && this.#tickPeriodMs === period) this.#arm();
    });
  }

  registerQueue(name: string): number {
    this.vm.waits++;
    return this.vm.host.queues.register(this.vm.vmId, name, (queue) =>
      this.#call("proxy_on_queue_ready", [queue], {}),
    );
  }

  done(): boolean {
    const finish = this.#awaitsDone;
    this.#awaitsDone = undefined;
    if (finish) this.vm.defer(finish);
    return finish !== undefined;
  }

  property(path: readonly string[]): Uint8Array | undefined | null {
    switch (path.join(".")) {
      case "plugin_name":
        return toBytes(this.plugin.name);
      case "plugin_root_id":
        return toBytes(this.plugin.rootId);
      case "plugin_vm_id":
        return toBytes(this.plugin.vmId);
      case "plugin_vm_memory":
        return this.vm.host.profile.hasControlProperties ? int64(this.vm.memory.pages * 65536) : undefined;
      case "xds.node.id":
      case "xds.node.cluster":
        return toBytes("gateway");
      default:
        return undefined;
    }
  }

  /** Ends the root context: on_done, then on_delete, at once or after `proxy_done`. Its callouts are cancelled. */
  retire(): void {
    if (this.#closed) return;
    const remove = () => {
      this.vm.call("proxy_on_delete", this, [this.id]);
      this.vm.contexts.delete(this.id);
      this.#close();
    };
    const isDone = this.vm.has("proxy_on_done") ? this.vm.call("proxy_on_done", this, [this.id]) : 1;
    if (isDone === 0 && this.vm.failed === undefined) this.#awaitsDone = remove;
    else remove();
  }

  /** Ends timers and connections without telling the guest, as the end of its VM does. */
  drop(): void {
    this.vm.contexts.delete(this.id);
    this.#close();
  }
  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.setTickPeriod(0);
    for (const call of this.#calls) call.cancel();
    for (const { connection } of this.#redis.values()) void connection.close();
  }

  #wait(start: (end: () => void) => { cancel(): void }): void {
    this.vm.waits++;
    const call = start(() => {
      this.vm.waits--;
      this.#calls.delete(call);
    });
    this.#calls.add(call);
  }
  #call(name: CallbackName, args: number[], scope: CallScope): void {
    if (this.#closed) return;
    this.vm.call(name, this, [this.id, ...args], scope);
    this.#host.calledBack(this.vm);
  }
}
