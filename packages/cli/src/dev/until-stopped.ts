/** Waits for SIGINT or SIGTERM, then runs `close`. A second signal ends the process as usual. */
export async function untilStopped(close: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  await close();
}
