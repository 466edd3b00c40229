import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { ShadowResult } from "../../src/record/shadowRecord.ts";
import { writeRandomMember } from "./members.ts";
import { inParallel } from "../../src/cli/frame/inParallel.ts";
import { ownCommand } from "../../src/cli/walkForward/ownCommand.ts";

/**
 * Champion and challenger, through the program's own commands on simulated worlds; prints one JSON line and ends with 1 where a bound is broken.
 *
 * - Null: pairs of random linear members on strict-null worlds of 365 days, free of costs, so that they act and every hypothesis holds exactly.
 *   At most 5 of 100 may be promoted. Either test alone is counted too; a roll-back is the first of them with the roles changed, so its
 *   false alarms are those.
 * - Planted .5: a LightGBM member trained on 180 days against the rule over the next 185, at the default cost: promoted within 120
 *   days in 8 of 10 worlds, and how many are rolled back by mistake.
 * - Flipped: the same members in worlds whose edge has the other sign: none of 50 is promoted.
 *
 * `--short`: 24 null pairs of 90 days, nothing trained. Other seeds, or `none`: `--null-seeds`, `--planted-seeds`, `--flipped-seeds`.
 */
const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    "null-seeds": { type: "string", default: "" },
    "planted-seeds": { type: "string", default: "1,2,3,4,5,6,7,8,9,10" },
    "flipped-seeds": { type: "string", default: "101,102,103,104,105" },
    python: { type: "string", default: "out/python" },
    jobs: { type: "string", default: String(availableParallelism()) },
    keep: { type: "string" },
  },
});
const jobs = Number(values.jobs);
const numbersOf = (text: string): number[] => (text === "" || text === "none" ? [] : text.split(",").map(Number));
const nullSeeds = numbersOf(values["null-seeds"] || (values.short ? "1,2,3,4" : Array.from({ length: 20 }, (_, i) => i + 1).join(",")));
const plantedSeeds = values.short ? [] : numbersOf(values["planted-seeds"]);
const flippedSeeds = values.short ? [] : numbersOf(values["flipped-seeds"]);
const YEAR_DAYS = 365;
const PAIRS = values.short ? 6 : 5;
const DAYS = values.short ? 90 : YEAR_DAYS;
const NEEDED = 20;
const BEGIN_MS = Date.UTC(2023, 0, 1);
const TRAINED_DAYS = 180;
const DAY_MS = 86_400_000;

const work = values.keep === undefined ? mkdtempSync(join(tmpdir(), "riposte-champions-")) : resolve(values.keep);
const models = join(work, "models");
mkdirSync(models, { recursive: true });
const python = resolve(values.python);
const startedAt = performance.now();

interface World {
  readonly results: readonly ShadowResult[];
  /** By challenger, the largest e-values that it ever had. */
  readonly most: ReadonlyMap<string, { readonly champion: number; readonly nothing: number }>;
}

const COMMON = ["--set", `models.dir=${models}`, "--set", "runs.keep=1", "--set", "runs.trash=0"];

const { signal } = new AbortController();
const riposteIn = (cwd: string, args: readonly string[]): Promise<unknown> => ownCommand(args, { env: process.env, signal, cwd });

/** A backtest with shadows in a folder of its own. */
const shadowed = async (name: string, args: readonly string[]): Promise<World> => {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  const { shadows } = (await riposteIn(folder, ["backtest", ...args])) as { readonly shadows: readonly ShadowResult[] };
  const most = new Map<string, { champion: number; nothing: number }>();
  for (const line of readFileSync(join(folder, "out/backtest/shadow.csv"), "utf8").trim().split("\n").slice(1)) {
    const [, , , challenger = "", , , , champion, nothing] = line.split(",");
    const known = most.get(challenger) ?? { champion: 0, nothing: 0 };
    most.set(challenger, { champion: Math.max(known.champion, Number(champion)), nothing: Math.max(known.nothing, Number(nothing)) });
  }
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0)} s: ${name}\n`);
  return { results: shadows, most };
};

const nullWorld = (seed: number) => async (): Promise<World> => {
  const names = Array.from({ length: PAIRS + 1 }, (_, i) => `null${seed}x${i}`);
  for (const [i, name] of names.entries()) writeRandomMember(models, name, 1000 * seed + i);
  return shadowed(`null-${seed}`, [
    ...["--simulate", "--seed", String(seed), "--days", String(DAYS), "--edge", "none", ...COMMON],
    ...["--regime", "none", "--pattern", "none", "--signal", "trend"],
    ...["--set", "venue.takerFeeRate=0", "--set", "venue.slippageFraction=0", "--set", `models.serve.signal=${names[0] ?? ""}@1`],
    ...names.slice(1).flatMap((name) => ["--shadow", `signal=${name}@1`]),
  ]);
};

/** Behind the training. */
const JUDGED = ["--from", new Date(BEGIN_MS + TRAINED_DAYS * DAY_MS).toISOString().slice(0, 10)];
const dayOf = (days: number): string => new Date(BEGIN_MS + days * DAY_MS).toISOString().slice(0, 10);
/** Writes a year of a planted world into a store, and returns the options that read it. */
const plantedWorld = async (seed: number, strength: number): Promise<string[]> => {
  const [folder, data] = [work, join(work, `world-${seed}`)];
  await riposteIn(folder, [
    ...["simulate", "--symbol", "BTCUSDT", "--seed", String(seed), "--days", String(YEAR_DAYS), "--data", data],
    ...["--edge", "planted", "--edge-strength", String(strength)],
  ]);
  return ["--data", data, "--market", "simulated", ...COMMON];
};

/** A member that learnt from the first days of a world, up to a day before those that it is judged by. */
const trained = (seed: number) => async (): Promise<string> => {
  const [folder, name] = [join(work, `train-${seed}`), `planted${seed}`];
  mkdirSync(folder, { recursive: true });
  const world = await plantedWorld(seed, 0.5);
  await riposteIn(folder, ["dataset", ...world, "--to", dayOf(TRAINED_DAYS - 1), "--set", "labels.everyBars=15", "--out", "dataset"]);
  const how = ["--layer", "signal", "--model", "lightgbm", "--dataset", "dataset", "--out", models, "--name", name];
  await riposteIn(folder, ["train", ...how, "--python", python]);
  rmSync(join(folder, "dataset"), { recursive: true });
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0)} s: trained ${name}\n`);
  return `${name}@1`;
};

const nulls = (await inParallel(jobs, nullSeeds.map(nullWorld))).flatMap(({ results, most }) =>
  results.map((result) => ({ result, most: most.get(result.challenger) })),
);
const members = await inParallel(jobs, plantedSeeds.map(trained));
const plantedResults = (
  await inParallel(
    jobs,
    plantedSeeds.map(
      (seed, i) => async () =>
        shadowed(`planted-${seed}`, [...(await plantedWorld(seed, 0.5)), ...JUDGED, "--shadow", `signal=${members[i] ?? ""}`]),
    ),
  )
).flatMap(({ results }) => results);
const flipped = (
  await inParallel(
    jobs,
    flippedSeeds.map(
      (seed) => async () =>
        shadowed(`flipped-${seed}`, [
          ...(await plantedWorld(seed, -0.5)),
          ...JUDGED,
          ...members.flatMap((member) => ["--shadow", `signal=${member}`]),
        ]),
    ),
  )
).flatMap(({ results }) => results);

const promoted = (results: readonly ShadowResult[]): ShadowResult[] => results.filter(({ promotedMs }) => promotedMs !== null);
const share = (part: number, whole: number): number => Number((part / whole).toFixed(4));
const early = promoted(plantedResults).filter(({ promotedDays }) => (promotedDays ?? Infinity) <= 120);
const line = {
  check: "champions",
  short: values.short,
  null: {
    worlds: nullSeeds.length,
    pairs: nulls.length,
    days: DAYS,
    promoted: promoted(nulls.map(({ result }) => result)).length,
    everAgainstChampion: nulls.filter(({ most }) => (most?.champion ?? 0) >= NEEDED).length,
    everAgainstNothing: nulls.filter(({ most }) => (most?.nothing ?? 0) >= NEEDED).length,
    leastActed: Math.min(...nulls.map(({ result }) => share(Math.min(result.acted, result.championActed), result.bars))),
    leastActedBars: Math.min(...nulls.map(({ result }) => Math.min(result.acted, result.championActed))),
  },
  planted: {
    worlds: plantedResults.length,
    promotedWithin120: early.length,
    promotedAfterDays: plantedResults.map(({ promotedDays }) => promotedDays),
    rolledBack: plantedResults.filter(({ rolledBackMs }) => rolledBackMs !== null).length,
    acted: plantedResults.map(({ acted, bars }) => share(acted, bars)),
    basisPointsABar: plantedResults.map(({ challengerScore, championScore }) =>
      [challengerScore, championScore].map((score) => Number((1e4 * score).toFixed(2))),
    ),
  },
  flipped: {
    pairs: flipped.length,
    promoted: promoted(flipped).length,
    acted: share(
      flipped.reduce((sum, { acted }) => sum + acted, 0),
      flipped.reduce((sum, { bars }) => sum + bars, 0),
    ),
  },
  seconds: Math.round((performance.now() - startedAt) / 1000),
};
const passed =
  line.null.promoted <= 0.05 * line.null.pairs &&
  line.null.leastActedBars > 0 &&
  line.planted.promotedWithin120 >= 0.8 * plantedSeeds.length &&
  line.flipped.promoted === 0;
process.stdout.write(`${JSON.stringify({ ...line, passed })}\n`);
if (values.keep === undefined) rmSync(work, { recursive: true, force: true });
process.exitCode = passed ? 0 : 1;
