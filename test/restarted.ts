import { readFile, truncate } from "node:fs/promises";
import type { Event } from "../src/domain/event.ts";
import { continued, FileJournal, readJournal } from "../src/engine/journal.ts";
import { inBursts, replay } from "./replay.ts";
import type { Replayed, ReplayOptions } from "./replay.ts";

export const JOURNAL_HEADER = { runId: "test", configSha256: "c", symbols: ["BTCUSDT"], models: {}, code: "", machine: "" };

interface Restart {
  readonly replay: Omit<ReplayOptions, "source" | "drive">;
  /** What the first process sees, in bursts of `burstEvents`; it is stopped after `bursts` of them. */
  readonly events: readonly Event[];
  readonly bursts: number;
  readonly burstEvents: number;
  /** What a crash loses of the journal's end. */
  readonly tornBytes: number;
  /** The whole data anew, as the second process reads them. */
  readonly source: () => AsyncIterable<readonly Event[]>;
}

/** Drives a while with a journal at `path`, loses its tail, and goes on from it in another line. The journal ends whole. */
export const restarted = async (path: string, options: Restart): Promise<Replayed> => {
  const { events, bursts, burstEvents, tornBytes } = options;
  const abort = new AbortController();
  const first = FileJournal.create(path, JOURNAL_HEADER);
  let passed = 0;
  const onBurst = (): void => {
    if ((passed += 1) === bursts) abort.abort();
  };
  const drive = { journal: first, signal: abort.signal, onBurst };
  const cut = await replay({ ...options.replay, source: inBursts(events, burstEvents), drive });
  if (!cut.driven.aborted || cut.driven.bursts !== bursts) throw new Error(`the first run was not cut after ${bursts} bursts`);
  await first.close();
  await truncate(path, (await readFile(path)).length - tornBytes);
  let second: FileJournal | undefined;
  const source = continued(await readJournal(path), options.source(), 333, (tail) => {
    second = FileJournal.append(path, tail);
  });
  const journal = {
    append: (event: Event) => second?.append(event),
    flush: async () => second?.flush(),
    close: async () => second?.close(),
  };
  const run = await replay({ ...options.replay, source, drive: { journal } });
  await second?.close();
  return run;
};

/** The same events in bursts of sizes that repeat; one of 0 events is a barrier alone. */
export function* inBurstsOf(events: readonly Event[], sizes: readonly number[]): Generator<readonly Event[], void, undefined> {
  for (let at = 0, i = 0; at < events.length; i += 1) {
    const size = (sizes[i % sizes.length] as number) + (i % sizes.length === 0 ? 1 : 0);
    yield events.slice(at, at + size);
    at += size;
  }
}
