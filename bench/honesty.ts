/**
 * Does the machinery find an edge that is there, and invent none? `npm run bench:honesty -- [PART …]`; parts: null, mirrored, planted,
 * champions. Everything runs through the program's own commands. Exit 1 where a check does not hold; all lines go to `out/bench/honesty.json` too.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { championWorlds } from "./honesty/championWorlds.ts";
import { mirroredWorlds } from "./honesty/mirroredWorlds.ts";
import { nullWorlds } from "./honesty/nullWorlds.ts";
import { plantedWorlds } from "./honesty/plantedWorlds.ts";
import type { Check, Worlds } from "./honesty/world.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Other seeds: `41..60`, or `1,2,7`. */
    seeds: { type: "string" },
    /** A few minutes: 6 null worlds, one planted one. */
    short: { type: "boolean", default: false },
    /** Store with the minutes of 2022 and 2023 that are mirrored. */
    data: { type: "string", default: "history" },
    jobs: { type: "string" },
    python: { type: "string", default: "out/python" },
  },
});

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const seedsOf = (text: string | undefined, preset: readonly number[]): readonly number[] => {
  if (text === undefined) return preset;
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(text) ?? [];
  return from === undefined ? text.split(",").map(Number) : range(Number(from), Number(to));
};

const stop = new AbortController();
process.once("SIGINT", () => {
  stop.abort();
});
const worlds: Worlds = {
  jobs: Number(values.jobs ?? availableParallelism()),
  python: resolve(values.python),
  signal: stop.signal,
  tell: (line) => {
    console.error(line);
  },
};
const { short } = values;

const PARTS: Readonly<Record<string, () => Promise<Check[]>>> = {
  null: () => nullWorlds(seedsOf(values.seeds, range(1, short ? 6 : 40)), worlds),
  mirrored: () => mirroredWorlds(seedsOf(values.seeds, range(1, short ? 4 : 20)), values.data, worlds),
  planted: () => plantedWorlds(seedsOf(values.seeds, range(1, short ? 1 : 4)), short ? [0.5] : [0.25, 0.5], worlds),
  champions: () => championWorlds(values.seeds === undefined ? undefined : seedsOf(values.seeds, []), short, worlds),
};

const asked = positionals.length > 0 ? positionals : Object.keys(PARTS);
const unknown = asked.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) {
  console.error(`there is no part "${unknown}": ${Object.keys(PARTS).join(", ")}`);
  process.exit(2);
}
const found: { part: string; seconds: number; checks: Check[] }[] = [];
for (const part of asked) {
  const startedAt = performance.now();
  const checks = await (PARTS[part] as () => Promise<Check[]>)();
  const seconds = (performance.now() - startedAt) / 1000;
  found.push({ part, seconds, checks });
  console.log(`\n${part}: ${seconds.toFixed(0)} s`);
  for (const { holds, text } of checks) console.log(`  ${holds ? "holds " : "BROKEN"} ${text}`);
}
mkdirSync("out/bench", { recursive: true });
writeFileSync("out/bench/honesty.json", `${JSON.stringify(found, null, 2)}\n`);
const broken = found.flatMap(({ checks }) => checks).filter(({ holds }) => !holds).length;
console.log(`\n${found.flatMap(({ checks }) => checks).length - broken} checks hold, ${broken} do not`);
process.exitCode = broken > 0 ? 1 : 0;
