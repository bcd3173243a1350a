// What runs outside of requests: on root contexts, once for each configuration object.
import { setTickPeriod } from "../host/ticks";
import { registerQueue } from "../host/queues";
import { SharedQueue } from "../state/queue";
import { enterCallback, leaveCallback } from "../stream/callback";
import { Phase, running } from "../stream/stream";
import { handlers } from "./handlers";
import { firstConfig, nextConfig } from "./roots";

/** A root context has been configured; it is the effective one. */
// @ts-ignore: decorator
@inline export function startRoot(root: u32): void {
  if (handlers.tick) setTickPeriod(handlers.tickPeriod);
  if (handlers.queue) registerQueue(handlers.queueName);
  if (handlers.start) runForConfigs(root, handlers.start);
}
export function onTick(root: u32): void {
  if (handlers.tick) runForConfigs(root, handlers.tick);
}
export function onQueueReady(root: u32, queue: u32): void {
  if (!handlers.queue) return;
  enterCallback();
  running.config = firstConfig(root);
  running.phase = Phase.Log;
  const opened = SharedQueue.of(queue);
  if (opened) call_indirect<void>(handlers.queue, <usize>1, opened);
  leaveCallback();
}
function runForConfigs(root: u32, handler: u32): void {
  enterCallback();
  // No message is there to be held or answered.
  running.phase = Phase.Log;
  if (!handlers.parse) call_indirect<void>(handler, <usize>1);
  else
    for (let config = firstConfig(root); config; config = nextConfig()) {
      running.config = config;
      call_indirect<void>(handler, <usize>1);
    }
  running.config = 0;
  leaveCallback();
}
