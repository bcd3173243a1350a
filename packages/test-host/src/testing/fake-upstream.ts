import type { UpstreamHandler, UpstreamRequest, UpstreamResponse } from "../services/upstream/upstream.ts";

/** A request that a fake upstream has received. */
export interface RecordedRequest extends UpstreamRequest {
  /** First value of a header, null when there is none. */
  header(name: string): string | null;
  text(): string;
}

/** An upstream in this process that remembers what it was asked. */
export interface FakeUpstream {
  readonly handler: UpstreamHandler;
  /** In order of arrival. */
  readonly requests: RecordedRequest[];
}

/**
 * Makes a fake upstream.
 *
 * @param answer the response to every request, or a function of the request (and the gateway's clock)
 */
export function upstream(answer: UpstreamHandler | UpstreamResponse = {}): FakeUpstream {
  const requests: RecordedRequest[] = [];
  const handler: UpstreamHandler = (request, clock) => {
    requests.push({
      ...request,
      header: (name) => request.headers.find(([key]) => key === name.toLowerCase())?.[1] ?? null,
      text: () => new TextDecoder().decode(request.body),
    });
    return typeof answer === "function" ? answer(request, clock) : answer;
  };
  return { handler, requests };
}
