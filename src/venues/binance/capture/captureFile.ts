import { createReadStream, openSync, readSync, closeSync, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { UserError } from "../../../domain/units.ts";
import { readCaptureLine } from "./captureLine.ts";
import type { CaptureLine } from "./captureLine.ts";

/** Longest line that is read: a REST answer with a thousand levels has 50 kB, `exchangeInfo` 1 MB. */
const LINE_CHARS_MAX = 16 * 1024 * 1024;

/**
 * Messages of one capture file, plain or gzip, in batches, ascending by arrival. Holds one chunk and one line. A missing file, one cut
 * off or damaged, a line of another form and one that arrived before the line above it are `UserError`s with file and line.
 */
export async function* captureFile(path: string): AsyncGenerator<readonly CaptureLine[], void, undefined> {
  let lastUs = -Infinity;
  for await (const { lines, fromLine, ended } of textLines(path)) {
    const batch: CaptureLine[] = [];
    for (const [i, text] of lines.entries()) {
      const read = readCaptureLine(text, fromLine + i);
      if (read === null) continue;
      const at = `capture ${path} line ${fromLine + i}`;
      if (typeof read === "string") throw new UserError(`${at}: ${read}; give a capture of Binance USD-M futures`);
      if (read.receivedUs < lastUs)
        throw new UserError(
          `${at} arrived ${((lastUs - read.receivedUs) / 1000).toFixed(3)} ms before the line above it: sort it by arrival`,
        );
      if (ended && i === lines.length - 1 && !read.json.trimEnd().endsWith("}") && !read.json.trimEnd().endsWith("]"))
        throw new UserError(`${at} ends in the middle of its message: the file is cut off; copy it again`);
      lastUs = read.receivedUs;
      batch.push(read);
    }
    if (batch.length > 0) yield batch;
  }
}

interface TextLines {
  readonly lines: readonly string[];
  readonly fromLine: number;
  /** The last line of all is among them. */
  readonly ended: boolean;
}

async function* textLines(path: string): AsyncGenerator<TextLines, void, undefined> {
  const stream = opened(path);
  let rest = "";
  let fromLine = 1;
  try {
    for await (const chunk of stream) {
      const lines = (rest + (chunk as string)).split("\n");
      rest = lines.pop() as string;
      if (rest.length > LINE_CHARS_MAX)
        throw new UserError(`capture ${path} line ${fromLine + lines.length} is longer than 16 MB: it is no capture`);
      if (lines.length > 0) yield { lines, fromLine, ended: false };
      fromLine += lines.length;
    }
  } catch (error) {
    throw unreadable(error, path, fromLine);
  } finally {
    stream.destroy();
  }
  if (rest !== "") yield { lines: [rest], fromLine, ended: true };
}

const opened = (path: string): Readable => {
  const zipped = isGzip(path);
  const file = createReadStream(path);
  if (!zipped) return file.setEncoding("utf8");
  const unzipped = createGunzip();
  file.on("error", (error) => unzipped.destroy(error));
  unzipped.on("close", () => file.destroy());
  return file.pipe(unzipped).setEncoding("utf8");
};

const isGzip = (path: string): boolean => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UserError(`capture ${path} does not exist: check the name`);
  if (!found.isFile()) throw new UserError(`capture ${path} is no file: name the file itself`);
  const start = new Uint8Array(2);
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw unreadable(error, path, 1);
  }
  const read = readSync(file, start, 0, 2, 0);
  closeSync(file);
  if (read === 0) throw new UserError(`capture ${path} is empty: record it again`);
  return start[0] === 0x1f && start[1] === 0x8b;
};

const unreadable = (error: unknown, path: string, line: number): unknown => {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  if (code === "Z_BUF_ERROR")
    return new UserError(`capture ${path} is cut off: its gzip ends in the middle, behind line ${line - 1}; copy it again`);
  if (code.startsWith("Z_")) return new UserError(`capture ${path} is damaged: its gzip breaks behind line ${line - 1}; copy it again`);
  return new UserError(`capture ${path} cannot be read (${code}): check its rights`);
};
