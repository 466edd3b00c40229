import { captureFile } from "./captureFile.ts";
import type { CaptureLine } from "./captureLine.ts";

/** Messages of one file, in order of arrival. */
interface CaptureBatch {
  readonly path: string;
  readonly lines: readonly CaptureLine[];
}

interface Cursor {
  readonly path: string;
  readonly source: AsyncGenerator<readonly CaptureLine[], void, undefined>;
  batch: readonly CaptureLine[];
  at: number;
}

/**
 * Files of one recording (cryptofeed keeps one for each connection) as one, by arrival; at equal times in the order of the files. Holds
 * one batch of each.
 */
export async function* captureMerge(paths: readonly string[]): AsyncGenerator<CaptureBatch, void, undefined> {
  const cursors = paths.map((path): Cursor => ({ path, source: captureFile(path), batch: [], at: 0 }));
  let live: Cursor[] = [];
  try {
    for (const cursor of cursors) if (await refill(cursor)) live.push(cursor);
    while (live.length > 0) {
      const least = live.reduce((a, b) => (headUs(b) < headUs(a) ? b : a));
      const others = live.filter((cursor) => cursor !== least);
      const untilUs = Math.min(Infinity, ...others.map(headUs));
      const from = least.at;
      least.at += 1;
      while (least.at < least.batch.length && headUs(least) < untilUs) least.at += 1;
      yield { path: least.path, lines: least.batch.slice(from, least.at) };
      if (least.at === least.batch.length && !(await refill(least))) live = others;
    }
  } finally {
    for (const { source } of cursors) await source.return();
  }
}

const headUs = ({ batch, at }: Cursor): number => (batch[at] as CaptureLine).receivedUs;

const refill = async (cursor: Cursor): Promise<boolean> => {
  const next = await cursor.source.next();
  if (next.done === true) return false;
  cursor.batch = next.value;
  cursor.at = 0;
  return true;
};
