import { statSync, watch, type FSWatcher } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Editors write a file in several steps. */
const QUIET_MS = 40;

/**
 * Tells which of a set of files have changed. Their folders are watched, not the files: editors put a new file in the old
 * one's place, and a file may be there only later.
 */
export class FileWatcher {
  readonly #onChange: (files: string[]) => void;
  readonly #states = new Map<string, string>();
  readonly #folders = new Map<string, FSWatcher>();
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange once the files have been quiet for a moment */
  constructor(onChange: (files: string[]) => void) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#states.size;
  }

  readonly add = (file: string): void => {
    const path = resolve(file);
    if (!this.#states.has(path)) this.#states.set(path, stateOf(path));
    const folder = dirname(path);
    if (this.#folders.has(folder)) return;
    try {
      const watcher = watch(folder, (_event, name) => this.#look(folder, name));
      // A folder that is removed: it is watched again at the next reading after it is back.
      watcher.on("error", () => {
        watcher.close();
        this.#folders.delete(folder);
      });
      this.#folders.set(folder, watcher);
    } catch {
      // No such folder: as above.
    }
  };

  /** Forgets every file that is not among `files`. */
  keepOnly(files: ReadonlySet<string>): void {
    for (const path of this.#states.keys()) if (!files.has(path)) this.#states.delete(path);
    const folders = new Set([...this.#states.keys()].map((path) => dirname(path)));
    for (const [folder, watcher] of this.#folders) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #look(folder: string, name: string | null): void {
    const paths = name === null ? [...this.#states.keys()] : [join(folder, name)];
    for (const path of paths) {
      const before = this.#states.get(path);
      const now = stateOf(path);
      if (before === undefined || before === now) continue;
      this.#states.set(path, now);
      this.#changed.add(path);
    }
    if (this.#changed.size === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const files = [...this.#changed];
      this.#changed.clear();
      this.#onChange(files);
    }, QUIET_MS);
  }
}

function stateOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "absent" : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
}
