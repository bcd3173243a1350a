/** What a filter's callbacks return, with the ABI's numbers, and what gateways make of numbers outside the range. */
export const HeadersStatus = {
  Continue: 0,
  /** Holds the headers; body callbacks go on. Envoy reads it as StopAllIterationAndWatermark for its own ABI versions. */
  StopIteration: 1,
  StopAllIterationAndBuffer: 3,
  StopAllIterationAndWatermark: 4,
  /** Of this host: the headers went on while the callback ran, and must not a second time. */
  GoneOn: -1,
} as const;
export type HeadersStatus = (typeof HeadersStatus)[keyof typeof HeadersStatus];

export const DataStatus = {
  Continue: 0,
  StopIterationAndBuffer: 1,
  StopIterationAndWatermark: 2,
  /** The chunk is dropped. */
  StopIterationNoBuffer: 3,
} as const;
export type DataStatus = (typeof DataStatus)[keyof typeof DataStatus];

export const TrailersStatus = { Continue: 0, StopIteration: 1 } as const;
export type TrailersStatus = (typeof TrailersStatus)[keyof typeof TrailersStatus];

/** 2 (ContinueAndEndStream of old SDKs) continues; above 4 is 4. Source: cpp-host, convertVmCallResultToFilterHeadersStatus. */
export function headersStatus(returned: number, trueStopIteration: boolean): HeadersStatus {
  const value = returned >>> 0;
  if (value === 0 || value === 2) return HeadersStatus.Continue;
  if (value === 1 && trueStopIteration) return HeadersStatus.StopIteration;
  return value === 3 ? HeadersStatus.StopAllIterationAndBuffer : HeadersStatus.StopAllIterationAndWatermark;
}

export function dataStatus(returned: number): DataStatus {
  return Math.min(returned >>> 0, 3) as DataStatus;
}

export function trailersStatus(returned: number): TrailersStatus {
  return returned === 0 ? TrailersStatus.Continue : TrailersStatus.StopIteration;
}
