/** What a scenario's run is told about, so that the parts of messages arrive one by one. */
export interface Progress {
  /** Lines that the scenario's guests have logged. */
  lines(): number;
  /** As an engine's. */
  turn(): Promise<void>;
  clientLeaves(): void;
  /** Clients and upstreams that are sending a message now. */
  sending: number;
  /** Messages that have been sent. */
  sent: number;
  /** Answers to callouts that wait for their turn, or are being sent. */
  asides: number;
  /** How often a client or an upstream has received something. */
  received: number;
}

type Fields = readonly (readonly [name: string, value: string])[];

/** Nothing comes of itself any more when that many turns have shown nothing: a connection to an upstream takes three. */
const STILL_TURNS = 6;

/** Until the gateway has dealt with everything it was sent, however busy the machine is. */
export async function quiet(progress: Progress): Promise<void> {
  const seen = (): number => progress.lines() + progress.received;
  let before = seen();
  for (let still = 0; still < STILL_TURNS;) {
    await progress.turn();
    still = seen() === before ? still + 1 : 0;
    before = seen();
  }
}

/** Runs what sends a message. */
export async function sending<T>(progress: Progress | undefined, send: () => Promise<T>): Promise<T> {
  if (progress) progress.sending++;
  try {
    return await send();
  } finally {
    if (progress) {
      progress.sending--;
      progress.sent++;
    }
  }
}

/** Until everything that is being sent has been sent, and read: a callout's answer never races with a message. */
export async function settled(progress: Progress): Promise<void> {
  let sent: number;
  do {
    sent = progress.sent;
    await quiet(progress);
  } while (progress.sending > 0 || progress.sent > sent);
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
