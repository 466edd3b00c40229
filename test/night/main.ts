import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { progressMeter } from "../../src/cli/frame/progress.ts";
import { didYouMean } from "../../src/domain/nearestName.ts";
import { ROOT } from "../../scripts/sourceTree.ts";
import type { ProofPart } from "./part.ts";
import { PARTS } from "./parts.ts";
import { codeSha256Of, PROOFS_FOLDER, readProofs, recordProof, sumOfProofs } from "./proofLedger.ts";
import type { ProofSum } from "./proofLedger.ts";
import { proofsDoc } from "./proofsDoc.ts";
import { runPart, runSeed } from "./runPart.ts";

const USAGE = `usage: npm run night                        what has been proven of the code at hand
       npm run night -- PART                goes on where the last run ended, until the goal is reached, an hour at most
       npm run night -- PART --minutes M    for M minutes, whatever the goal
       npm run night -- PART --seed N       that seed alone, e.g. to repeat a failure; nothing is recorded

A run appends a line to docs/proofs.jsonl and writes docs/proofs.md (--folder DIR: elsewhere): commit both. Ctrl-C ends it and keeps
what was done.
`;
const HOUR_MINUTES = 60;

class WrongUsage extends Error {}

const provenOf = (part: ProofPart, folder: string): ProofSum & { codeSha256: string } => {
  const codeSha256 = codeSha256Of(part);
  return {
    codeSha256,
    ...sumOfProofs(readProofs(folder).filter((record) => record.part === part.name && record.codeSha256 === codeSha256)),
  };
};

const printState = (folder: string): void => {
  for (const part of PARTS) {
    const { cases, failures, minutes, codeSha256 } = provenOf(part, folder);
    const share = `${cases.toLocaleString("en-US")} of ${part.goal.toLocaleString("en-US")} cases`;
    const said = cases === 0 ? "nothing yet" : `${failures} failures, ${Math.ceil(minutes)} min`;
    console.log(`${part.name.padEnd(12)} ${share.padEnd(32)} ${said.padEnd(24)} (${codeSha256}) ${part.shows}`);
  }
};

const git = (...args: readonly string[]): string => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();

const tell = (part: ProofPart, seed: number, problems: readonly string[]): void => {
  for (const problem of problems) console.error(`FAILED ${part.name}, seed ${seed}: ${problem}`);
  console.error(`repeat it alone: npm run night -- ${part.name} --seed ${seed}`);
};

const repeat = async (part: ProofPart, seed: number, signal: AbortSignal): Promise<number> => {
  const result = await runSeed(part, seed, signal);
  if (result === null) return 130;
  if (result.problems.length > 0) tell(part, seed, result.problems);
  console.log(`${part.name}, seed ${seed}: ${result.cases} cases, ${result.problems.length} failures`);
  return result.problems.length > 0 ? 1 : 0;
};

const goOn = async (part: ProofPart, minutes: number | null, folder: string, signal: AbortSignal): Promise<number> => {
  mkdirSync(folder, { recursive: true }); // what cannot be recorded is found out first
  const before = provenOf(part, folder);
  const left = part.goal - before.cases;
  if (left <= 0 && minutes === null) {
    console.log(`${part.name}: ${before.cases} cases on this code, ${before.failures} failures: the goal is reached; --minutes M goes on`);
    return 0;
  }
  const meter = progressMeter({
    isTty: process.stderr.isTTY,
    columns: process.stderr.columns,
    write: (text) => process.stderr.write(text),
    nowMs: () => performance.now(),
  });
  const startedMs = performance.now();
  console.error(`${part.name} begins at seed ${before.toSeed + 1}`);
  const run = await runPart(
    part,
    {
      fromSeed: before.toSeed + 1,
      cases: minutes === null ? left : Infinity,
      untilMs: startedMs + (minutes ?? HOUR_MINUTES) * 60_000,
    },
    {
      nowMs: () => performance.now(),
      signal,
      failed: (seed, problems) => {
        meter.clear();
        tell(part, seed, problems);
      },
      progress: (cases) => {
        meter.update(part.name, before.cases + cases, Math.max(part.goal, before.cases + cases));
      },
    },
  );
  meter.clear();
  const { fromSeed, toSeed, cases, failures } = run;
  if (toSeed < fromSeed) {
    console.log(`${part.name}: no seed was finished, nothing is recorded`);
    return signal.aborted ? 130 : 0;
  }
  const record = {
    part: part.name,
    day: new Date().toISOString().slice(0, 10),
    commit: git("rev-parse", "--short", "HEAD"),
    codeSha256: before.codeSha256,
    ...run,
    minutes: Math.round((performance.now() - startedMs) / 6000) / 10,
  };
  recordProof(record, (records) => proofsDoc(PARTS, records), folder);
  console.log(
    `${part.name}: seeds ${fromSeed} to ${toSeed}, ${cases} cases, ${failures} failures; with earlier runs ${before.cases + cases} cases on this code`,
  );
  return failures > 0 ? 1 : signal.aborted ? 130 : 0;
};

const main = async (): Promise<number> => {
  const { values, positionals } = parsed();
  const [name, ...more] = positionals;
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  if (name === undefined) {
    printState(values.folder);
    return 0;
  }
  const names = PARTS.map((part) => part.name);
  const part = PARTS.find((each) => each.name === name);
  if (part === undefined) throw new WrongUsage(`there is no part ${name}${didYouMean(name, names) || ` (there are: ${names.join(", ")})`}`);
  if (more.length > 0) throw new WrongUsage(`one part at a time: ${more.join(" ")} is too much`);
  const stop = new AbortController();
  process.on("SIGINT", () => {
    if (stop.signal.aborted) process.exit(130);
    process.stderr.write("\nstopping after this seed; once more to end at once\n");
    stop.abort();
  });
  if (values.seed !== undefined) return repeat(part, whole("seed", values.seed), stop.signal);
  return goOn(part, values.minutes === undefined ? null : whole("minutes", values.minutes), values.folder, stop.signal);
};

const parsed = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        folder: { type: "string", default: PROOFS_FOLDER },
        seed: { type: "string" },
        minutes: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error));
  }
};

const whole = (name: string, text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new WrongUsage(`--${name} ${text}: give a whole number, 1 or more`);
  return Number(text);
};

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof WrongUsage)) throw error;
  console.error(`night: ${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
