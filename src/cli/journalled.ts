import { configSha256 } from "../../config/sha256.ts";
import type { RiposteConfig } from "../../config/schema.ts";
import type { Event } from "../domain/event.ts";
import type { Journal } from "../domain/ports.ts";
import { continued, FileJournal } from "../engine/journal.ts";
import type { JournalReader } from "../engine/journal.ts";
import type { RunData } from "./history.ts";

export interface JournalledRun {
  readonly config: RiposteConfig;
  readonly data: RunData;
  readonly journalPath: string | null;
  /** The journal to go on from; null starts a new one at `journalPath`. */
  readonly resume: JournalReader | null;
}

export interface Journalled {
  readonly events: AsyncIterable<readonly Event[]>;
  /** Appends what the journal does not hold yet; while a resumed run replays, that is nothing. */
  readonly writer: Journal;
  close(): Promise<void>;
}

/** A run's events, written to its journal on the way or replayed from it first. Without a path nothing is written. */
export const journalled = ({ config, data, journalPath, resume }: JournalledRun): Journalled => {
  let file: FileJournal | null = null;
  if (journalPath !== null && resume === null) {
    file = FileJournal.create(journalPath, {
      runId: config.name,
      configSha256: configSha256(config),
      symbols: data.instruments.map(({ symbol }) => symbol),
      models: {},
      code: process.env["npm_package_version"] ?? "",
      machine: `${process.platform} ${process.arch} node ${process.version}`,
    });
  }
  const events =
    resume === null || journalPath === null
      ? data.events()
      : continued(resume, data.events(), config.line.burstEvents, (tail) => {
          file = FileJournal.append(journalPath, tail);
        });
  return {
    events,
    writer: {
      append: (event) => file?.append(event),
      flush: () => file?.flush() ?? Promise.resolve(),
      close: () => file?.close() ?? Promise.resolve(),
    },
    close: async () => {
      const open = file;
      file = null;
      await open?.close();
    },
  };
};
