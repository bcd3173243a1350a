import { equalsIgnoringCase } from "../abi/text";

/** A copy of what a gRPC service has sent beside its messages. It may be kept. Values of names that end in `-bin` are base64. */
export class GrpcMetadata {
  constructor(private pairs: string[][]) {}
  /** The first value of a name, whatever its case; null when it is absent. */
  get(name: string): string | null {
    for (let i = 0; i < this.pairs.length; i++)
      if (equalsIgnoringCase(name, this.pairs[i][0])) return this.pairs[i][1];
    return null;
  }
  /** All `[name, value]` pairs in wire order, the gateway's `:status` and `content-type` among them. */
  entries(): string[][] {
    return this.pairs;
  }
}
