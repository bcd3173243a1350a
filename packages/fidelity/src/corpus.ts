import { headerStatuses } from "./corpus/header-statuses.ts";
import type { Scenario } from "./scenario.ts";

/** Everything that is tried on both gateways. */
export const corpus: readonly Scenario[] = [...headerStatuses];
