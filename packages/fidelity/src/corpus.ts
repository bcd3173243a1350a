import { buffers } from "./corpus/buffers.ts";
import { dataStatuses } from "./corpus/data-statuses.ts";
import { headerEdits } from "./corpus/header-edits.ts";
import { headerStatuses } from "./corpus/header-statuses.ts";
import { localReplies } from "./corpus/local-replies.ts";
import type { Scenario } from "./scenario.ts";

/** Everything that is tried on both gateways. */
export const corpus: readonly Scenario[] = [
  ...headerStatuses,
  ...dataStatuses,
  ...localReplies,
  ...headerEdits,
  ...buffers,
];
