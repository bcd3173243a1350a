import type { FaultCode } from "../gateway/error-codes.ts";
import type { StreamFilter } from "./filter.ts";

/** Says that a filter holds its stream, and that nothing is under way in its VM that could resume it. */
export function findForgotten(filter: StreamFilter): { code: FaultCode; message: string } | undefined {
  const side = [filter.request, filter.response].find((each) => each.direction.held === each);
  const { vm } = filter.origin;
  if (side === undefined || (vm.failed === undefined && vm.waits > 0)) return undefined;
  const where = side === filter.request ? "request" : "response";
  const outcome = "on a gateway the client waits for the idle timeout, 5 minutes";
  return vm.failed === undefined
    ? {
        code: "stream-never-resumed",
        message: `the ${where} was paused and nothing is under way that could resume it (no callout, tick or queue): ${outcome}`,
      }
    : {
        code: "stream-left-paused",
        message: `the ${where} is left paused by a VM that has failed (in ${vm.failed.entry}): ${outcome}`,
      };
}
