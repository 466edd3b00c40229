import { configSha256 } from "../../../config/sha256.ts";
import type { RiposteConfig } from "../../../config/schema.ts";
import type { Event, InferenceFailure } from "../../domain/event.ts";
import type { InferenceFailures } from "../../domain/inferenceFailures.ts";
import { Kind } from "../../domain/kind.ts";
import type { Journal } from "../../domain/ports.ts";
import { UserError } from "../../domain/units.ts";
import { continued, FileJournal } from "../../engine/journal.ts";
import type { JournalReader } from "../../engine/journal.ts";
import { systemProblem } from "../../store/output/outputError.ts";
import type { RunData } from "../data/runData.ts";
import type { LayerMembers } from "../members/layers.ts";
import { memberHashes } from "../members/trained.ts";
import { programVersion } from "../programVersion.ts";

interface JournalledRun {
  readonly config: RiposteConfig;
  readonly data: RunData;
  readonly layers: Pick<LayerMembers, "trained">;
  readonly journalPath: string | null;
  /** The journal to go on from; null starts a new one at `journalPath`. */
  readonly resume: JournalReader | null;
  /** Inferences that failed in that journal. */
  readonly failures?: InferenceFailures;
  /** A file at `journalPath` that holds no event yet (`isUnbegun`) becomes the new journal. */
  readonly anew?: boolean;
}

export interface Journalled {
  readonly events: AsyncIterable<readonly Event[]>;
  /** Appends what the journal does not hold yet; while a resumed run replays, that is nothing. */
  readonly writer: Journal;
  close(): Promise<void>;
}

/** A run's events, written to its journal on the way or replayed from it first. Without a path nothing is written. */
export const journalled = ({ config, data, layers, journalPath, resume, failures, anew = false }: JournalledRun): Journalled => {
  let file: FileJournal | null = null;
  /** Inferences that failed only now, while the journal is replayed: its process ended before they were asked. */
  const missed: Event[] = [];
  const events =
    resume === null || journalPath === null
      ? data.events()
      : continued(resume, data.events(), config.line.burstEvents, (tail) => {
          file = FileJournal.append(journalPath, tail);
          for (const event of missed) file.append(event);
        });
  const writing = <T>(write: () => T): T => {
    try {
      return write();
    } catch (error) {
      file = null; // the error has been reported; closing the file would only fail again
      throw refused(error, journalPath ?? "");
    }
  };
  if (journalPath !== null && resume === null) {
    const header = {
      runId: config.name,
      configSha256: configSha256(config),
      symbols: data.instruments.map(({ symbol }) => symbol),
      models: memberHashes(layers.trained),
      code: programVersion(),
      machine: `${process.platform} ${process.arch} node ${process.version}`,
    };
    file = writing(() => FileJournal.create(journalPath, header, anew));
  }
  const close = async (): Promise<void> => {
    const open = file;
    file = null;
    try {
      await open?.close();
    } catch (error) {
      throw refused(error, journalPath ?? "");
    }
  };
  return {
    events,
    writer: {
      append: (event) => {
        if (file === null && event.kind === Kind.inferenceFailure && isNew(event, failures)) missed.push(event);
        writing(() => file?.append(event));
      },
      flush: () => writing(() => file?.flush() ?? Promise.resolve()),
      close,
    },
    close,
  };
};

const isNew = ({ layer, instrument, barTimeMs }: InferenceFailure, failures: InferenceFailures | undefined): boolean =>
  (failures?.reason(layer, instrument, barTimeMs) ?? null) === null;

/** A journal that cannot grow ends the run: what is in it already stays good. */
const refused = (error: unknown, path: string): unknown => {
  const problem = systemProblem(error);
  if (problem === undefined) return error;
  return new UserError(
    `cannot write the journal ${path}: ${problem}; make room or name another file with --journal. What it holds is kept: --resume goes on from there`,
  );
};
