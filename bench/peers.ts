/**
 * Times the reference workload (examples/emaCross.json) on Riposte and on its peers, in one run, one process at a time.
 *
 *     npx tsx bench/peers.ts --archive DIR [--from 2023-01] [--to 2023-12] [--only NAME,NAME] [--rounds 3] [--slow] [--install]
 *
 * Rounds go A B C A B C, so that noise of the machine meets all alike. What is measured and what it means: bench/README.md.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeDataFile } from "./peers/dataFile.ts";
import { installPeer } from "./peers/installPeer.ts";
import { peerOutput } from "./peers/peerOutput.ts";
import { peers, repositoryRoot } from "./peers/registry.ts";
import { goals, parseRun, readExpected, summarize, table } from "./peers/table.ts";
import type { Run } from "./peers/table.ts";

const outDir = join(repositoryRoot, "out", "bench");
const RUN_LIMIT_MS = 20 * 60_000;
const say = (text: string): void => void process.stderr.write(`${text}\n`);
/** Wrong usage ends with 2, a failure with 1; either says one line. */
const stop = (text: string, code: 1 | 2): never => {
  say(`peers: ${text}`);
  process.exit(code);
};

const readOptions = () => {
  try {
    return parseArgs({
      options: {
        archive: { type: "string" },
        market: { type: "string", default: "spot" },
        symbol: { type: "string", default: "BTCUSDT" },
        from: { type: "string", default: "2023-01" },
        to: { type: "string", default: "2023-12" },
        only: { type: "string", multiple: true, default: [] },
        rounds: { type: "string", default: "3" },
        slow: { type: "boolean", default: false },
        install: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return stop((error as Error).message, 2);
  }
};

const runOnce = (command: readonly string[]): Run => parseRun(peerOutput(command, RUN_LIMIT_MS));

const options = readOptions();
if (options.archive === undefined) stop("--archive DIR is missing: a local copy of the public archive's layout", 2);
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) stop(`--rounds ${options.rounds}: give a whole number from 1`, 2);
if (options.market !== "spot" && options.market !== "um") stop(`--market ${options.market}: give spot or um`, 2);
const names = options.only.flatMap((text) => text.split(",")).filter((name) => name !== "");
const unknown = names.find((name) => !peers.some((peer) => peer.name.toLowerCase() === name.toLowerCase()));
if (unknown !== undefined) stop(`--only ${unknown}: there are ${peers.map((peer) => peer.name).join(", ")}`, 2);
const chosen = peers.filter((peer) =>
  names.length > 0 ? names.some((name) => name.toLowerCase() === peer.name.toLowerCase()) : options.slow || !peer.slow,
);

const marketDir = options.market === "spot" ? "spot" : join("futures", "um");
const klinesDir = join(options.archive!, marketDir, "monthly", "klines", options.symbol, "1m");
const data = await makeDataFile(klinesDir, options.symbol, options.from, options.to, outDir).catch((error: unknown) =>
  stop((error as Error).message, 1),
);
const fixture = join(repositoryRoot, "test", "fixtures", "emaCross", `${data.name}.json`);
const expected = options.market === "spot" && options.symbol === "BTCUSDT" ? readExpected(fixture) : undefined;

const skipped: { peer: string; howToGet: string }[] = [];
const present = chosen.flatMap((peer) => {
  if (options.install && peer.command(data.path) === undefined) installPeer(peer, say);
  const command = peer.command(data.path);
  if (command !== undefined) return [{ name: peer.name, command, runs: [] as Run[], failure: undefined as string | undefined }];
  skipped.push({ peer: peer.name, howToGet: peer.howToGet });
  say(`${peer.name}: skipped; to get it: ${peer.howToGet}`);
  return [];
});
if (present.length === 0) stop("nothing to run", 1);

const loadBefore = loadavg();
for (let round = 1; round <= rounds; round++) {
  for (const entry of present) {
    if (entry.failure !== undefined) continue;
    try {
      const run = runOnce(entry.command);
      entry.runs.push({ ...run, peer: entry.name });
      say(`round ${round}/${rounds}  ${entry.name}: ${run.replaySeconds.toPrecision(3)} s  ${run.tradeHash}`);
    } catch (error) {
      entry.failure = (error as Error).message;
      say(`round ${round}/${rounds}  ${entry.name}: failed: ${entry.failure}`);
    }
  }
}

const summaries = present.filter(({ runs }) => runs.length > 0).map(({ runs }) => summarize(runs, expected));
const failures = present.flatMap(({ name, failure }) => (failure === undefined ? [] : [{ peer: name, failure }]));
const machine = {
  platform: `${platform()} ${arch()}`,
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  loadBefore,
  loadAfter: loadavg(),
};
const report = {
  measuredAt: new Date().toISOString(),
  machine,
  data: { ...data, symbol: options.symbol, market: options.market },
  rounds,
  summaries,
  skipped,
  failures,
};
mkdirSync(outDir, { recursive: true });
writeFileSync(join(outDir, "peers.json"), `${JSON.stringify(report, null, 1)}\n`);

console.log(
  `${options.symbol} ${options.market} ${data.name}: ${data.bars} bars, ${rounds} rounds; load ${loadBefore[0]?.toFixed(2)} before, ${machine.loadAfter[0]?.toFixed(2)} after\n`,
);
console.log(table(summaries));
for (const goal of goals(summaries)) console.log(goal);
// Entries that are not the workload's make a time meaningless.
const different = summaries.filter((summary) => summary.verdict === "differs").map((summary) => summary.peer);
if (different.length > 0) stop(`other entries than the reference: ${different.join(", ")}`, 1);
if (failures.length > 0) process.exitCode = 1;
