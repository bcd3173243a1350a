import { Status } from "../abi/enums";
import { Bytes } from "../bytes/bytes";
import { bytesOf } from "../bytes/data";
import { dequeue, enqueue, registerQueue, resolveQueue, taken } from "../host/queues";

/** A queue of messages that workers and plugins of one gateway process share. `Plugin.onQueue` is told of each message. */
export class SharedQueue {
  private constructor(
    /** Of the gateway; 0 when there is no such queue. */
    readonly id: u32,
  ) {}
  /** The queue of this name, made if need be. Null when the gateway refuses. In a handler, not at the top of the file. */
  static open(name: string): SharedQueue | null {
    return SharedQueue.of(registerQueue(name));
  }
  /** A queue that a plugin with this `vm_id` has made; null when there is none. */
  static find(vmId: string, name: string): SharedQueue | null {
    return SharedQueue.of(resolveQueue(vmId, name));
  }
  /** For the SDK. */
  static of(id: u32): SharedQueue | null {
    return id ? new SharedQueue(id) : null;
  }
  /** Puts a message (`Bytes` or a string) at the end; false when the queue is gone. */
  push<T>(message: T): bool {
    const bytes = bytesOf(message);
    return enqueue(this.id, bytes.pointer, bytes.length) == Status.Ok;
  }
  /** Takes the oldest message; null when there is none. */
  pop(): Bytes | null {
    const message = dequeue(this.id);
    if (!taken) return null;
    return Bytes.wrap(message);
  }
}
