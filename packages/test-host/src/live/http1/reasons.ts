import { STATUS_CODES } from "node:http";

/** Statuses that Node knows and Envoy does not: their reason is `Unknown`. */
const UNKNOWN_TO_ENVOY = new Set([102, 103, 418, 451, 509]);

/** The reasons that Envoy writes. Source: Envoy, `Http::CodeUtility::toString`. */
export const REASONS: Readonly<Record<number, string | undefined>> = {
  ...Object.fromEntries(
    Object.entries(STATUS_CODES).filter(([status]) => !UNKNOWN_TO_ENVOY.has(Number(status))),
  ),
  599: "Last Unassigned Server Error Code",
};
