import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { crc32 } from "node:zlib";
import type { Event } from "../domain/event.ts";
import { InferenceFailures } from "../domain/inferenceFailures.ts";
import { Kind } from "../domain/kind.ts";
import type { Journal } from "../domain/ports.ts";
import { InvariantError, UserError } from "../domain/units.ts";
import { OwnerLock } from "../store/ownerLock.ts";
import { decodeEvent, encodeEvent } from "./eventCodec.ts";

const BUFFER_CHARS = 1 << 16;
const FORMAT = 1;

/** What a journal says of itself: enough to refuse a replay with another config or other models. */
interface JournalHeader {
  readonly format: number;
  readonly runId: string;
  readonly configSha256: string;
  readonly symbols: readonly string[];
  /** Layer/name/version → sha256. */
  readonly models: Readonly<Record<string, string>>;
  readonly code: string;
  readonly machine: string;
}

/**
 * Append-only record of events, one line each: `crc32 json`. The first line is the header. A line counts once it has its
 * end, so a torn write loses itself and nothing before it; anything else that is not as it was written is damage.
 */
export class FileJournal implements Journal {
  readonly #fd: number;
  #pending: string[] = [];
  #pendingChars = 0;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * A new journal, whose header is on disk when this returns. An existing file is a `UserError`, because a journal is never overwritten;
   * with `anew` a file that holds no event (`isUnbegun`) is begun again.
   */
  static create(path: string, header: Omit<JournalHeader, "format">, anew = false): FileJournal {
    const again = anew && isUnbegun(path);
    const fd = opened(path, again ? "r+" : "wx");
    try {
      if (again) ftruncateSync(fd, 0);
      const journal = new FileJournal(fd);
      journal.#line(JSON.stringify({ format: FORMAT, ...header }));
      journal.#toDisk();
      return journal;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Goes on behind the last whole line: a torn tail is cut off first. */
  static append(path: string, tail: JournalTail): FileJournal {
    if (tail.tornBytes > 0) truncateSync(path, statSync(path).size - tail.tornBytes);
    return new FileJournal(opened(path, "a"));
  }

  append(event: Event): void {
    this.#line(encodeEvent(event));
  }

  flush(): Promise<void> {
    this.#toDisk();
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.flush();
    closeSync(this.#fd);
  }

  #line(json: string): void {
    const line = `${checksum(json)} ${json}\n`;
    this.#pending.push(line);
    this.#pendingChars += line.length;
    if (this.#pendingChars > BUFFER_CHARS) this.#drain();
  }

  #toDisk(): void {
    this.#drain();
    fsyncSync(this.#fd);
  }

  #drain(): void {
    if (this.#pending.length === 0) return;
    const bytes = Buffer.from(this.#pending.join(""), "utf8");
    this.#pending = [];
    this.#pendingChars = 0;
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
  }
}

/**
 * Whether a file is the beginning of a journal whose process ended before its first line was whole: nothing (a file system may leave zeros
 * for what it lost), or a torn header. It holds no event. A missing file is a `UserError`.
 */
export const isUnbegun = (path: string): boolean => {
  requireFile(path);
  if (statSync(path).size > HEADER_BYTES_MAX) return false;
  const bytes = readFileSync(path);
  if (bytes.every((byte) => byte === 0)) return true;
  const text = bytes.toString("latin1");
  const behindSum = text.slice(SUM_BYTES - 1);
  const opens = HEADER_OPENING.startsWith(behindSum) || behindSum.startsWith(HEADER_OPENING);
  return /^[0-9a-f]+$/.test(text.slice(0, SUM_BYTES - 1)) && opens && !text.includes("\n");
};

/** What was found behind the last whole line. */
export interface JournalTail {
  readonly events: number;
  readonly tornBytes: number;
}

export interface JournalReader {
  readonly header: JournalHeader;
  /** Inferences that failed, of the whole file: a replay must know them before it begins. */
  failures(): Promise<InferenceFailures>;
  /** Events in bursts, without failed inferences: the layers say those again. Read it once. A damaged line is a `UserError` naming its line. */
  bursts(burstEvents: number): AsyncGenerator<readonly Event[], JournalTail, undefined>;
}

/** Opens a journal for replay. Missing file, foreign format and damaged header are `UserError`s. */
export const readJournal = async (path: string): Promise<JournalReader> => {
  const lines = whole(path);
  const first = await lines.next();
  if (first.done === true)
    throw new UserError(`journal ${path} holds no whole line: there is nothing to replay; name another file, or start a new journal`);
  const header = JSON.parse(first.value) as JournalHeader;
  if (header.format !== FORMAT)
    throw new UserError(`journal ${path} has format ${String(header.format)}; this version reads format ${FORMAT}`);
  return {
    header,
    failures: () => failuresIn(path),
    async *bursts(burstEvents) {
      let burst: Event[] = [];
      let events = 0;
      for (;;) {
        const next = await lines.next();
        if (next.done === true) {
          if (burst.length > 0) yield burst;
          return { events, tornBytes: next.value };
        }
        const event = decodeEvent(next.value);
        if (event.kind === Kind.inferenceFailure) continue;
        if (event.seq !== events) throw new UserError(`journal ${path} line ${events + 2}: seq ${event.seq} where ${events} must be`);
        events += 1;
        burst.push(event);
        if (burst.length === burstEvents) {
          yield burst;
          burst = [];
        }
      }
    },
  };
};

const failuresIn = async (path: string): Promise<InferenceFailures> => {
  const failures = new InferenceFailures();
  const lines = whole(path);
  await lines.next(); // the header
  for await (const line of lines) {
    if (!line.includes('"inferenceFailure"')) continue;
    const event = decodeEvent(line);
    if (event.kind === Kind.inferenceFailure) failures.add(event);
  }
  return failures;
};

/**
 * A run that goes on from its journal: first the journaled events, then `source` from where the journal ends. What both have
 * in common is skipped by count; the last event they share must be the same, else the data is not the journal's
 * (`UserError`).
 */
export async function* continued(
  journal: JournalReader,
  source: AsyncIterable<readonly Event[]>,
  burstEvents: number,
  onTail: (tail: JournalTail) => void,
): AsyncGenerator<readonly Event[], void, undefined> {
  const replay = journal.bursts(burstEvents);
  let tail: JournalTail | undefined;
  let lastJournaled: string | undefined;
  while (tail === undefined) {
    const next = await replay.next();
    if (next.done === true) tail = next.value;
    else {
      const last = next.value.at(-1);
      if (last !== undefined) lastJournaled = withoutSeq(last);
      yield next.value;
    }
  }
  onTail(tail);
  let skip = tail.events;
  for await (const burst of source) {
    const shared = burst[skip - 1];
    if (shared !== undefined && withoutSeq(shared) !== lastJournaled)
      throw new UserError(`${OTHER_DATA} its event ${tail.events - 1} is another one`);
    if (skip >= burst.length) skip -= burst.length;
    else {
      yield skip === 0 ? burst : burst.slice(skip);
      skip = 0;
    }
  }
  if (skip > 0) throw new UserError(`${OTHER_DATA} it ends ${skip} events before the journal does`);
}

const OTHER_DATA = "the data is not what the journal was written from: go on with the same data, or start a new journal;";

const withoutSeq = (event: Event): string => encodeEvent(event).replace(/"seq":-?\d+,/, "");

/** JSON of each whole line; returns how many bytes of a torn last line follow. Held: one chunk of the file and one line. */
async function* whole(path: string): AsyncGenerator<string, number, undefined> {
  requireFile(path); // before the stream: one that cannot open would throw where nobody listens yet
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, from)) {
      const line = rest.length === 0 ? chunk.subarray(from, end) : Buffer.concat([rest, chunk.subarray(from, end)]);
      from = end + 1;
      rest = Buffer.alloc(0);
      number += 1;
      yield jsonOf(line, path, number);
    }
    rest = Buffer.concat([rest, chunk.subarray(from)]);
    if (rest.length > LINE_BYTES_MAX) throw damaged(path, number + 1, "it is no line of a journal");
  }
  return rest.length;
}

const CHUNK_BYTES = 1 << 18;
/** Longer than any event: a file without line ends is none of ours. */
const LINE_BYTES_MAX = 1 << 22;
const LINE_END = 0x0a;
/** Of a run of thousands of symbols. */
const HEADER_BYTES_MAX = 1 << 18;
/** How a header goes on behind its checksum. */
const HEADER_OPENING = ` {"format":`;
/** Hexadecimal digits of the checksum, and a space. */
const SUM_BYTES = 9;

/** What a line holds between its checksum and its end, to the byte. */
const jsonOf = (line: Buffer, path: string, number: number): string => {
  const json = line.subarray(SUM_BYTES);
  if (`${checksum(json)} ` === line.toString("latin1", 0, SUM_BYTES)) return json.toString("utf8");
  const windows = line.at(-1) === 0x0d ? " (it ends as lines of Windows do)" : "";
  throw damaged(path, number, `its checksum does not match${windows}`);
};

const damaged = (path: string, line: number, how: string): UserError =>
  new UserError(`journal ${path} line ${line} is damaged: ${how}; restore it from a copy, or start anew`);

const checksum = (json: string | Buffer): string => crc32(json).toString(16).padStart(8, "0");

const requireFile = (path: string): void => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UserError(`journal ${path} does not exist: check the name, or start a new one`);
  if (!found.isFile()) throw new UserError(`journal ${path} is no file: name the journal itself`);
};

/**
 * Makes this process the only one that writes a journal, until `release`. A live owner is a `UserError`. To go on from a journal it must
 * be taken before the journal is read: what another process appends meanwhile would be cut off as a torn line.
 */
export const ownJournal = async (path: string): Promise<OwnerLock> => {
  // By whatever name or link it is called.
  const file = existsSync(path) ? realpathSync(path) : path;
  const lock = new OwnerLock({
    path: `${file}.lock`,
    what: `journal ${path}`,
    taken: (by) => `is being written by ${by}`,
    unwritable: (error) => notWritable(path, error),
  });
  await lock.acquire();
  return lock;
};

const opened = (path: string, flags: string): number => {
  try {
    return openSync(path, flags);
  } catch (error) {
    throw notWritable(path, error);
  }
};

const notWritable = (path: string, error: unknown): UserError => {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw new InvariantError(String(error));
  const problem =
    code === "EEXIST"
      ? statSync(path, { throwIfNoEntry: false })?.isFile() === true && isUnbegun(path)
        ? "is there already and holds no event: begin it anew with --resume, move it or give another name"
        : "is there already: journals are never overwritten; move it or give another name"
      : code === "ENOENT" || code === "ENOTDIR"
        ? "cannot be written: its folder does not exist; make it first or give another name"
        : `cannot be written (${code}): make its folder writable or give another name`;
  return new UserError(`journal ${path} ${problem}`);
};
