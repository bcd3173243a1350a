import type { Header, UpstreamHandler, UpstreamRequest, UpstreamResponse } from "../services/upstream/upstream.ts";

/** A request that reached a fake upstream. */
export interface ReceivedRequest extends UpstreamRequest {
  /** The first value of a header; undefined when it is absent. Names are case-insensitive. */
  header(name: string): string | undefined;
  /** The body as UTF-8. */
  text(): string;
}

/** What a fake upstream answers: a response, or a function of the request. A promise that never settles is a hang. */
export type Answer = UpstreamResponse | ((request: ReceivedRequest) => UpstreamResponse | Promise<UpstreamResponse>);

/** An upstream of a test: answers as it is told, and records what reached it. */
export interface FakeUpstream {
  readonly requests: ReceivedRequest[];
  readonly handler: UpstreamHandler;
}

/** Makes an upstream for a cluster. Default answer: 200 without a body. */
export function upstream(answer: Answer = {}): FakeUpstream {
  const requests: ReceivedRequest[] = [];
  return {
    requests,
    handler: (request) => {
      const received = toReceived(request);
      requests.push(received);
      return typeof answer === "function" ? answer(received) : answer;
    },
  };
}

function toReceived(request: UpstreamRequest): ReceivedRequest {
  return {
    ...request,
    header: (name) => firstValue(request.headers, name),
    text: () => new TextDecoder().decode(request.body),
  };
}

export function firstValue(headers: readonly Header[], name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers.find(([present]) => present === wanted)?.[1];
}
