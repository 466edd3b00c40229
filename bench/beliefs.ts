/**
 * What stored beliefs save: one backtest without them, one that writes them, and some that read them, on the simulated market, in one
 * process, with data and decision hash. usage: npx tsx bench/beliefs.ts [--days 365] [--rounds 3] [--set KEY=VALUE …]
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { beliefsOf } from "../src/cli/run/beliefs.ts";
import { composeRun } from "../src/cli/run/composeRun.ts";
import { configOf } from "../src/cli/configOptions.ts";
import { replayRun } from "../src/cli/run/replayRun.ts";
import type { Event } from "../src/domain/event.ts";
import { median } from "./peers/resultLine.ts";

const { values } = parseArgs({
  options: {
    days: { type: "string", default: "365" },
    rounds: { type: "string", default: "3" },
    set: { type: "string", multiple: true, default: [] },
  },
});
const { config, profile } = await configOf({ days: values.days, set: values.set }, { env: {} });
const run = await composeRun(config, profile, { simulate: true, dirGiven: false, captures: [] }, process.env);
const bursts: (readonly Event[])[] = [];
for await (const burst of run.data.events()) bursts.push(burst);

async function* fromMemory(): AsyncGenerator<readonly Event[]> {
  for (const burst of bursts) yield await Promise.resolve(burst);
}

/** Seconds of one run, and the hash of its decisions. */
const timed = async (path: string | null): Promise<{ readonly seconds: number; readonly decisionsSha256: string }> => {
  const beliefs = await beliefsOf(path, run);
  try {
    const startedAt = performance.now();
    const { signal } = new AbortController();
    const { decisionsSha256 } = await replayRun(run, { events: fromMemory(), beliefs, signal, progress: () => undefined });
    return { seconds: (performance.now() - startedAt) / 1000, decisionsSha256 };
  } finally {
    await beliefs.close();
  }
};

const folder = mkdtempSync(join(tmpdir(), "riposte-bench-beliefs-"));
try {
  const file = join(folder, "beliefs");
  const rounds = Array.from({ length: Number(values.rounds) }, (_, round) => round);
  const [direct, reading]: number[][] = [[], []];
  let hash = "";
  const writing: number[] = [];
  for (const round of rounds) {
    const plain = await timed(null);
    direct?.push(plain.seconds);
    rmSync(file, { force: true });
    writing.push((await timed(file)).seconds);
    const read = await timed(file);
    reading?.push(read.seconds);
    if (read.decisionsSha256 !== plain.decisionsSha256) throw new Error(`round ${round}: stored beliefs made other decisions`);
    hash = plain.decisionsSha256;
  }
  const bars = run.data.expectedBars;
  console.log(`${bars} bars, L1 ${config.regime.module}, L2 ${config.pattern.module}, L3 ${config.signal.module}, Node ${process.version}`);
  for (const [name, seconds] of [
    ["direct", direct ?? []],
    ["writing", writing],
    ["reading", reading ?? []],
  ] as const)
    console.log(`${name.padEnd(8)} ${median(seconds).toFixed(2)} s  ${((median(seconds) * 1e9) / bars).toFixed(0)} ns a bar`);
  console.log(`file     ${(statSync(file).size / 1e6).toFixed(1)} MB, decisions ${hash.slice(0, 16)}`);
} finally {
  rmSync(folder, { recursive: true });
  await run.data.close();
}
