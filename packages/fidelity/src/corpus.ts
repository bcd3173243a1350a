import { buffers } from "./corpus/buffers.ts";
import { callouts } from "./corpus/callouts.ts";
import { chains, starts, traps } from "./corpus/chains-and-traps.ts";
import { clocksAndLogs } from "./corpus/clocks-and-logs.ts";
import { dataStatuses } from "./corpus/data-statuses.ts";
import { generated } from "./corpus/generated.ts";
import { headerEdits } from "./corpus/header-edits.ts";
import { headerStatuses } from "./corpus/header-statuses.ts";
import { localReplies } from "./corpus/local-replies.ts";
import { foreign, malformed } from "./corpus/malformed.ts";
import { properties } from "./corpus/properties.ts";
import { requests } from "./corpus/requests.ts";
import { sharedState } from "./corpus/shared-state.ts";
import { streamControl } from "./corpus/stream-control.ts";
import type { Scenario } from "./scenario.ts";

/** Everything that is tried on both gateways. */
export const corpus: readonly Scenario[] = [
  ...headerStatuses,
  ...dataStatuses,
  ...localReplies,
  ...headerEdits,
  ...buffers,
  ...sharedState,
  ...clocksAndLogs,
  ...properties,
  ...streamControl,
  ...callouts,
  ...malformed,
  ...foreign,
  ...requests,
  ...chains,
  ...traps,
  ...starts,
  ...generated,
];
