import { createReadStream, closeSync, fsyncSync, openSync, statSync, truncateSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { crc32 } from "node:zlib";
import type { Event } from "../domain/event.ts";
import type { Journal } from "../domain/ports.ts";
import { InvariantError, UserError } from "../domain/units.ts";
import { decodeEvent, encodeEvent } from "./eventCodec.ts";

const BUFFER_CHARS = 1 << 16;
const FORMAT = 1;

/** What a journal says of itself: enough to refuse a replay with another config or other models. */
export interface JournalHeader {
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
 * Append-only record of events, one line each: `crc32 json`. The first line is the header. A line counts once it is
 * whole, checksum included, so a torn write loses itself and nothing before it.
 */
export class FileJournal implements Journal {
  readonly #fd: number;
  #pending: string[] = [];
  #pendingChars = 0;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** A new journal; an existing file is a `UserError`, because a journal is never overwritten. */
  static create(path: string, header: Omit<JournalHeader, "format">): FileJournal {
    const journal = new FileJournal(opened(path, "wx"));
    journal.#line(JSON.stringify({ format: FORMAT, ...header }));
    return journal;
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
    this.#drain();
    fsyncSync(this.#fd);
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

  #drain(): void {
    if (this.#pending.length === 0) return;
    const bytes = Buffer.from(this.#pending.join(""), "utf8");
    this.#pending = [];
    this.#pendingChars = 0;
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
  }
}

/** What was found behind the last whole line. */
export interface JournalTail {
  readonly events: number;
  readonly tornBytes: number;
}

export interface JournalReader {
  readonly header: JournalHeader;
  /** Events in bursts; read it once. A damaged line that is not the last one is a `UserError` naming its line. */
  bursts(burstEvents: number): AsyncGenerator<readonly Event[], JournalTail, undefined>;
}

/** Opens a journal for replay. Missing file, foreign format and damaged header are `UserError`s. */
export const readJournal = async (path: string): Promise<JournalReader> => {
  const lines = whole(path);
  const first = await lines.next();
  if (first.done === true)
    throw new UserError(`journal ${path} is empty or its first line is torn: there is nothing to replay; start a new one`);
  const header = JSON.parse(first.value) as JournalHeader;
  if (header.format !== FORMAT)
    throw new UserError(`journal ${path} has format ${String(header.format)}; this version reads format ${FORMAT}`);
  return {
    header,
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

/** JSON of each whole line; returns how many bytes of a torn last line follow. */
async function* whole(path: string): AsyncGenerator<string, number, undefined> {
  const bytes = sizeOf(path); // before the stream: one that cannot open would throw where nobody listens yet
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity });
  let number = 0;
  let held: string | undefined;
  let wholeBytes = 0;
  try {
    for await (const line of lines) {
      number += 1;
      if (held !== undefined)
        throw new UserError(
          `journal ${path} line ${number - 1} is damaged: its checksum does not match; restore it from a copy, or start anew`,
        );
      const json = line.slice(9);
      const lineBytes = Buffer.byteLength(line) + 1;
      if (`${checksum(json)} ` !== line.slice(0, 9) || wholeBytes + lineBytes > bytes) {
        held = line;
        continue;
      }
      wholeBytes += lineBytes;
      yield json;
    }
  } finally {
    lines.close();
  }
  return bytes - wholeBytes;
}

const checksum = (json: string): string => crc32(json).toString(16).padStart(8, "0");

const sizeOf = (path: string): number => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UserError(`journal ${path} does not exist: check the name, or start a new one`);
  if (!found.isFile()) throw new UserError(`journal ${path} is no file: name the journal itself`);
  return found.size;
};

const opened = (path: string, flags: string): number => {
  try {
    return openSync(path, flags);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw new InvariantError(String(error));
    const problem =
      code === "EEXIST"
        ? "is there already: journals are never overwritten; move it or give another name"
        : code === "ENOENT" || code === "ENOTDIR"
          ? "cannot be written: its folder does not exist; make it first or give another name"
          : `cannot be written (${code}): make its folder writable or give another name`;
    throw new UserError(`journal ${path} ${problem}`);
  }
};
