import { basename, dirname } from "node:path";
import type { Event } from "../../src/domain/event.ts";
import type { KindName, StoredKind } from "../../src/domain/kind.ts";
import { Kind, KIND_NAMES } from "../../src/domain/kind.ts";
import type { ArchiveSource } from "../../src/store/archive/source.ts";
import type { Landed } from "../../src/store/backfill/landedFiles.ts";
import type { Hole } from "../../src/store/coverage/hole.ts";
import type { DatedRules } from "../../src/store/rules/instrumentRules.ts";
import { mergeRules } from "../../src/store/rules/instrumentRules.ts";
import { checksumOf, zipOf } from "./archiveFiles.ts";

interface Write {
  readonly symbol: string;
  readonly market: string;
  readonly events: readonly Event[];
}

/** A store that records what is written and keeps trades by the hour. */
export class RecordingStore {
  readonly shown = "a recording";
  readonly writes: Write[] = [];
  readonly landedFiles = new Map<string, Landed>();
  readonly #holes: readonly Hole[];

  /** `holes`: what it says it lacks of anything. */
  constructor(holes: readonly Hole[] = []) {
    this.#holes = holes;
  }

  write(symbol: string, market: string, events: readonly Event[]): Promise<void> {
    this.writes.push({ symbol, market, events });
    return Promise.resolve();
  }
  landed() {
    const files = this.landedFiles;
    return Promise.resolve({
      get: (path: string) => files.get(path),
      all: () => files,
      change: (changes: Iterable<readonly [string, Landed | undefined]>) => {
        for (const [path, landed] of changes) if (landed !== undefined) files.set(path, landed);
        return Promise.resolve();
      },
    });
  }
  count(kept: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): Promise<number> {
    const kind = kept === "aggTrade" ? "trade" : kept;
    const mine = this.writes.filter((write) => write.symbol === symbol && write.market === market).flatMap(({ events }) => events);
    const inRange = mine.filter((event) => KIND_NAMES[event.kind] === kind && event.eventTimeMs >= fromMs && event.eventTimeMs < toMs);
    return Promise.resolve(inRange.length);
  }
  dropDamaged = () => Promise.resolve([]);
  rules(symbol: string, market: string): Promise<readonly DatedRules[]> {
    const mine = this.writes.filter((write) => write.symbol === symbol && write.market === market);
    const rules = mine.flatMap(({ events }) => events.filter((event) => event.kind === Kind.instrumentRules));
    return Promise.resolve(mergeRules([], rules));
  }
  lock = () => Promise.resolve();
  spans = () => Promise.resolve([]);
  holes = () => Promise.resolve(this.#holes);
  klineIntervals = () => Promise.resolve([]);
  async *series(): AsyncGenerator<readonly Event[]> {}
  /** Events of a kind, in the order of writing. */
  of(kind: KindName): Event[] {
    return this.writes.flatMap(({ events }) => events.filter((event) => KIND_NAMES[event.kind] === kind));
  }
}

/** A local copy of the archive, in memory. */
export const archiveOf = (
  files: Readonly<Record<string, readonly string[]>>,
  local = true,
): ArchiveSource & { readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    label: "the archive",
    local,
    asked,
    read: (path) => {
      asked.push(path);
      const target = path.replace(".CHECKSUM", "");
      const lines = files[target];
      if (lines === undefined) return Promise.resolve(undefined);
      const name = target.slice(target.lastIndexOf("/") + 1);
      const zip = zipOf(name.replace(".zip", ".csv"), lines.join("\n"));
      return Promise.resolve(path === target ? zip : Buffer.from(checksumOf(zip, name)));
    },
    nameOf: (path) => basename(path),
    unused: [],
    list: (folder) => Promise.resolve(Object.keys(files).flatMap((path) => (dirname(path) === folder ? [basename(path)] : []))),
  };
};
