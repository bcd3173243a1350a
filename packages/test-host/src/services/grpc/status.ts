/** The numbers of gRPC's status codes that a gateway itself gives. */
export const GrpcStatus = {
  Ok: 0,
  Unknown: 2,
  PermissionDenied: 7,
  ResourceExhausted: 8,
  Unimplemented: 12,
  Internal: 13,
  Unavailable: 14,
  Unauthenticated: 16,
} as const;

/** What `grpc-status` says where it says no status code: -1, which a guest reads as 4294967295. */
export const INVALID_GRPC_STATUS = -1;

const HIGHEST_STATUS = 16;

/** Undefined: the header is not there. */
export function readGrpcStatus(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const code = /^\d+$/.test(text) ? Number(text) : INVALID_GRPC_STATUS;
  return code > HIGHEST_STATUS ? INVALID_GRPC_STATUS : code;
}

/** Source: gRPC's doc/http-grpc-status-mapping.md, as Envoy's `Utility::httpToGrpcStatus` applies it. */
export function grpcStatusOfHttp(status: number): number {
  switch (status) {
    case 400:
      return GrpcStatus.Internal;
    case 401:
      return GrpcStatus.Unauthenticated;
    case 403:
      return GrpcStatus.PermissionDenied;
    case 404:
      return GrpcStatus.Unimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return GrpcStatus.Unavailable;
    default:
      return GrpcStatus.Unknown;
  }
}

/** `grpc-timeout`: eight digits at most, in the smallest unit from milliseconds on that holds them. */
export function grpcTimeout(ms: number): string {
  const units = [
    ["m", 1],
    ["S", 1000],
    ["M", 60_000],
    ["H", 3_600_000],
  ] as const;
  const [unit, size] = units.find(([, each]) => Math.floor(ms / each) < 1e8) ?? ["H", 3_600_000];
  return `${Math.floor(ms / size)}${unit}`;
}
