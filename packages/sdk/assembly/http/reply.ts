import { Bytes } from "../bytes/bytes";
import { Json } from "../json/json";
import { Action } from "../stream/action";
import { Failure } from "../stream/calls";
import { equalsIgnoringCase } from "../abi/text";

/** A copy of what one of several calls has brought, of an HTTP or gRPC service or of Redis. It may be kept. */
export class Reply {
  /** Why there is no answer; `Failure.None` when there is one. */
  failure: Failure = Failure.None;
  /** HTTP: 200 to 299; gRPC: 0; Redis: not an error. False when `failure` is set. */
  ok: bool = false;
  /** HTTP's or gRPC's; 0 for Redis, and where `failure` is set (-1 for gRPC). */
  status: i32 = 0;
  /** For logs and messages. */
  reason: string = "";
  /** HTTP's `[name, value]` pairs. */
  headers: string[][] = [];
  /** HTTP's body; gRPC's message; a text or number of Redis. */
  bytes: Bytes = Bytes.EMPTY;

  /** What `diagnose` tells; written in modules that ask for it. */
  diagnosis: string = "";

  /** For logs, not for clients: the reason with the cluster's name, and after some failures what to look at. */
  diagnose(): string {
    return this.diagnosis;
  }
  /** The body, or the reply, as text; "" without an answer. */
  text(): string {
    return this.bytes.text();
  }
  /** Null when the body is not one valid JSON document. */
  json(): Json | null {
    return Json.parse(this.bytes);
  }
  /** The first value of a header; null when it is absent. */
  header(name: string): string | null {
    for (let i = 0; i < this.headers.length; i++)
      if (equalsIgnoringCase(name, this.headers[i][0])) return this.headers[i][1];
    return null;
  }
}

/** The place of one call among several; `join` is what they have in common. */
export class Slot {
  reply: Reply = new Reply();
  constructor(readonly join: Joined) {}
}
/** Counts down the calls that are still under way. */
export abstract class Joined {
  left: i32 = 0;
  /** One reply is here: what its callback returns, which is an action. */
  settle(): usize {
    return --this.left ? changetype<usize>(Action.Continue) : this.finish();
  }
  /** The last reply is here. */
  protected abstract finish(): usize;
}
