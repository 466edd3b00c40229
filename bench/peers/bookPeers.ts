import { createHash } from "node:crypto";
import { loadavg } from "node:os";
import { z } from "zod";
import { installPeer } from "./installPeer.ts";
import { peerOutput } from "./peerOutput.ts";
import { bookPeers } from "./registry.ts";
import { median } from "./resultLine.ts";

/** One thing timed over the whole capture. `book`: all changes applied to a book; `wire`: all diffs' lines read. */
const rowSchema = z.object({
  what: z.string(),
  unit: z.enum(["book", "wire"]),
  bestSeconds: z.number().positive(),
  medianSeconds: z.number().positive(),
});
export type BookRow = z.infer<typeof rowSchema>;

/** What a peer's script prints, and what ours says of itself; fields as in `book_capture.py`. */
const resultSchema = z.object({
  peer: z.string(),
  version: z.string(),
  diffs: z.int().positive(),
  levels: z.int().positive(),
  topHash: z.string().regex(/^[0-9a-f]{16}$/),
  top: z.string(),
  rows: z.array(rowSchema).min(1),
});
export type BookResult = z.infer<typeof resultSchema>;

const RUN_LIMIT_MS = 10 * 60_000;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** First 16 digits of SHA-256 over best bid and ask in ticks and their quantities in lots, a row a diff: int32, little-endian. */
export const hashOfTops = (tops: Int32Array): string =>
  createHash("sha256")
    .update(new Uint8Array(tops.buffer, tops.byteOffset, tops.byteLength))
    .digest("hex")
    .slice(0, 16);

const runOnce = (command: readonly string[]): BookResult => {
  const line = peerOutput(command, RUN_LIMIT_MS)
    .split("\n")
    .findLast((text) => text.startsWith("{"));
  if (line === undefined) throw new Error("printed no line of JSON");
  return resultSchema.parse(JSON.parse(line));
};

/** The turns of one system as one result: lowest of the bests, median of the medians. */
const condense = (turns: readonly BookResult[]): BookResult => {
  const first = turns[0] as BookResult;
  const rows = first.rows.map((row, k) => {
    const ofAll = turns.map((turn) => turn.rows[k] as BookRow);
    return {
      ...row,
      bestSeconds: Math.min(...ofAll.map((one) => one.bestSeconds)),
      medianSeconds: median(ofAll.map((one) => one.medianSeconds)),
    };
  });
  return { ...first, rows };
};

const tableOf = (results: readonly BookResult[]): string => {
  const lines = results.flatMap(({ peer, version, diffs, levels, rows }) =>
    rows.map(({ what, unit, bestSeconds, medianSeconds }) => {
      const each = (seconds: number, count: number): string => ((seconds * 1e9) / count).toPrecision(3);
      const perDiff = `${((bestSeconds * 1e6) / diffs).toPrecision(3)} | ${((medianSeconds * 1e6) / diffs).toPrecision(3)}`;
      return `| ${peer} ${version} | ${unit}: ${what} | ${each(bestSeconds, levels)} | ${each(medianSeconds, levels)} | ${perDiff} |`;
    }),
  );
  return ["| system | what | ns a level, best | median | µs a diff, best | median |", "|---|---|---|---|---|---|", ...lines].join("\n");
};

/**
 * Times the peers' books beside ours and prints one table: in turns (ours, A, B, ours, …), one process at a time, so that noise of the
 * machine meets all alike. A peer that is not installed is skipped with the line that gets it; where none is, nothing is printed but that.
 * Returns the names of those that failed or whose best bid and ask differ from ours at any diff.
 */
export const compareBooks = async (
  capture: string,
  repeats: number,
  ours: () => Promise<BookResult>,
  options: { readonly turns: number; readonly install: boolean },
): Promise<string[]> => {
  const present = bookPeers.flatMap((peer) => {
    if (options.install && peer.command(capture) === undefined) installPeer(peer, say);
    const command = peer.command(capture);
    if (command !== undefined) return [{ name: peer.name, command: [...command, String(repeats)], turns: [] as BookResult[] }];
    console.log(`\n${peer.name}: skipped; to get it: ${peer.howToGet}`);
    return [];
  });
  if (present.length === 0) return [];
  const before = loadavg()[0] as number;
  const own: BookResult[] = [];
  const bad = new Set<string>();
  for (let turn = 0; turn < options.turns; turn += 1) {
    own.push(await ours());
    for (const { name, command, turns } of present)
      try {
        turns.push(runOnce(command));
      } catch (error) {
        bad.add(name);
        say(`${name}: failed: ${(error as Error).message}`);
      }
  }
  const results = [own, ...present.map(({ turns }) => turns)].filter((turns) => turns.length > 0).map(condense);
  console.log(
    `\nBooks beside peers, ${options.turns} turns of ${repeats}; load ${before.toFixed(1)} to ${(loadavg()[0] as number).toFixed(1)}\n`,
  );
  console.log(tableOf(results));
  const { topHash, diffs, levels, top } = results[0] as BookResult;
  for (const result of results.slice(1)) {
    const same = result.topHash === topHash && result.diffs === diffs && result.levels === levels;
    if (!same) bad.add(result.peer);
    console.log(
      `${result.peer}: best bid and ask ${same ? `equal ours behind each of ${diffs} diffs` : "differ from ours"}; last ${result.top}`,
    );
  }
  console.log(`ours: ${topHash}; last ${top}`);
  return [...bad];
};
