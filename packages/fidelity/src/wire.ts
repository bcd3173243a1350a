/** What a scenario's run is told about, so that chunks arrive one by one. */
export interface Progress {
  /** Lines that the scenario's guests have logged. */
  lines(): number;
  clientLeaves(): void;
  /** Clients and upstreams that are sending a message now. */
  sending: number;
  /** The upstream has received something. */
  isReached: boolean;
}

type Fields = readonly (readonly [name: string, value: string])[];

const REACTION_MS = 150;
const REST_MS = 8;
const SETTLED_MS = 60;

/** Until the guests have logged something more and fallen silent, or clearly will not. */
export async function quiet(progress: Progress): Promise<void> {
  const before = progress.lines();
  const deadline = Date.now() + REACTION_MS;
  while (progress.lines() === before && Date.now() < deadline) await delay(4);
  for (let seen = -1; seen !== progress.lines(); await delay(REST_MS)) seen = progress.lines();
}

/** Until the head has gone on to the upstream, or clearly will not: what comes next may take it back. */
export async function reached(progress: Progress): Promise<void> {
  const deadline = Date.now() + REACTION_MS;
  while (!progress.isReached && Date.now() < deadline) await delay(4);
}

/** Runs what sends a message. */
export async function sending<T>(progress: Progress | undefined, send: () => Promise<T>): Promise<T> {
  if (progress) progress.sending++;
  try {
    return await send();
  } finally {
    if (progress) progress.sending--;
  }
}

/** Until everything that is being sent has been sent, and read: a callout's answer never races with a message that is held. */
export async function settled(progress: Progress): Promise<void> {
  if (progress.sending === 0) return;
  while (progress.sending > 0) await delay(4);
  await delay(SETTLED_MS);
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function head(line: string, fields: Fields): string {
  return `${line}\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}
export function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}
export function lastChunk(trailers: Fields = []): string {
  return `0\r\n${trailers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}
