/** Where the two gateways may differ, and why. Everything else must be the same. */
export interface KnownDifference {
  /** The scenario's name, or the beginning of several. */
  readonly scenario: string;
  readonly where: "outcome" | "client" | "upstream" | "log" | "access";
  readonly reason: string;
}

export const DIFFERENCES: readonly KnownDifference[] = [];
