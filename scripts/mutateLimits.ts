import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startVitest } from "vitest/node";
import { MUTANTS, mutantPath } from "../src/risk/fixtures/limitMutants.ts";
import type { Mutant } from "../src/risk/fixtures/limitMutants.ts";
import { ROOT } from "./sourceTree.ts";

/**
 * Breaks every limit of `src/risk`, and the rules that it stands on elsewhere, on purpose, one edit at a time, and runs the risk tests against
 * it: a mutant that no test notices is a limit that is not tested. The edits are made in memory while vitest loads the file;
 * each mutant is a vitest project of its own, so that many share one start. Prints killed and survived; exit 1 when one
 * survives or an edit no longer fits the code.
 *
 *     node --import ./bin/loader.mjs scripts/mutateLimits.ts [text that limit, file or edit contains]
 *     … --json FILE    also writes the verdicts
 *     … --from N --count M   only so many of the list, from the Nth (0 is the first) on
 */
const GATE_TEST = "operators/riskGate.test.ts";
const ALL_TESTS = [
  "src/risk/*.test.ts",
  "src/domain/dayLedger.test.ts",
  "src/domain/moment.test.ts",
  "src/domain/orders/*.test.ts",
  "test/orderTroubles.test.ts",
  GATE_TEST,
  "operators/account.test.ts",
  "operators/moments.test.ts",
];
/** Files whose own test has another name. */
const TESTS_OF: Readonly<Record<string, string>> = {
  exposure: "src/risk/positionTier.test.ts",
  "domain/ledger": "operators/account.test.ts",
};
const TOO_SLOW = ["**/*.long.test.ts", "**/*.property.test.ts", "**/node_modules/**"];
/** Projects in one run of vitest: each holds its own module graph. */
const BATCH = 24;
const WORKERS = 2;

interface Verdict extends Mutant {
  readonly killed: boolean;
}

const pathOf = (mutant: Mutant): string => join(ROOT, mutantPath(mutant));

const mutated = (mutant: Mutant, source: string): string => source.replace(mutant.from, () => mutant.to);

/** Edits that the code has outgrown: their text is not there exactly once. */
const staleOf = (mutants: readonly Mutant[]): string[] =>
  mutants.flatMap((mutant) => {
    const found = readFileSync(pathOf(mutant), "utf8").split(mutant.from).length - 1;
    return found === 1 ? [] : [`${mutant.file}.ts holds ${found} times, not once: ${mutant.from}`];
  });

/** The mutant's own test first: it is small and most often enough. */
const ownTests = (mutant: Mutant): string[] => {
  const own = TESTS_OF[mutant.file] ?? mutantPath(mutant, "test.ts");
  return [existsSync(join(ROOT, own)) ? own : GATE_TEST];
};

/** Which of the mutants some test of `testsOf` notices. */
const run = async (mutants: readonly (Mutant | null)[], testsOf: (mutant: Mutant | null) => string[]): Promise<boolean[]> => {
  const projects = mutants.map((mutant, index) => ({
    root: ROOT,
    plugins: mutant === null ? [] : [{ name: "mutant", enforce: "pre" as const, transform: transformOf(mutant) }],
    test: {
      name: `mutant${index}`,
      include: testsOf(mutant),
      exclude: TOO_SLOW,
      pool: "threads" as const,
      isolate: false,
      testTimeout: 20_000,
    },
  }));
  const options = { watch: false, config: false, root: ROOT, reporters: [{}], maxWorkers: WORKERS, execArgv: [] } as const;
  const vitest = await startVitest("test", [], options as unknown as Parameters<typeof startVitest>[2], { test: { projects } });
  const failed = new Set<string>();
  const ran = new Set<string>();
  for (const module of vitest.state.getTestModules()) {
    ran.add(module.project.name);
    if (!module.ok()) failed.add(module.project.name);
  }
  await vitest.close();
  // A failed test is the result here, not this script's failure.
  process.exitCode = 0;
  return mutants.map((_, index) => {
    if (!ran.has(`mutant${index}`)) throw new Error(`vitest ran no test of mutant ${index}`);
    return failed.has(`mutant${index}`);
  });
};

const transformOf =
  (mutant: Mutant) =>
  (code: string, id: string): string | undefined =>
    id.split("?")[0] === pathOf(mutant) ? mutated(mutant, code) : undefined;

const runInBatches = async (mutants: readonly Mutant[], testsOf: (mutant: Mutant | null) => string[]): Promise<boolean[]> => {
  const killed: boolean[] = [];
  for (let at = 0; at < mutants.length; at += BATCH) {
    killed.push(...(await run(mutants.slice(at, at + BATCH), testsOf)));
    process.stderr.write(`\r${killed.length} of ${mutants.length}`);
  }
  process.stderr.write("\n");
  return killed;
};

const judge = async (mutants: readonly Mutant[]): Promise<Verdict[]> => {
  if ((await run([null], () => ALL_TESTS))[0] === true) throw new Error("the risk tests fail without any mutant: mend them first");
  const killed = await runInBatches(mutants, (mutant) => ownTests(mutant as Mutant));
  const left = mutants.filter((_, index) => killed[index] === false);
  const late = await runInBatches(left, () => ALL_TESTS);
  return mutants.map((mutant, index) => ({ ...mutant, killed: killed[index] === true || late[left.indexOf(mutant)] === true }));
};

const main = async (): Promise<void> => {
  const { values, positionals: words } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "string" }, from: { type: "string", default: "0" }, count: { type: "string", default: `${MUTANTS.length}` } },
  });
  const chosen = MUTANTS.filter((mutant) => words.every((word) => Object.values(mutant).some((text: string) => text.includes(word))));
  const mutants = chosen.slice(Number(values.from), Number(values.from) + Number(values.count));
  const stale = staleOf(mutants);
  for (const problem of stale) console.error(problem);
  if (stale.length > 0) process.exit(1);
  const verdicts = await judge(mutants);
  const survivors = verdicts.filter(({ killed }) => !killed);
  for (const { limit, file, from, to } of survivors)
    console.log(`SURVIVED ${limit} in ${file}.ts: ${JSON.stringify(from)} → ${JSON.stringify(to)}`);
  for (const limit of new Set(verdicts.map((verdict) => verdict.limit))) {
    const of = verdicts.filter((verdict) => verdict.limit === limit);
    console.log(`${limit}: ${of.filter(({ killed }) => killed).length} of ${of.length} killed`);
  }
  console.log(`${verdicts.length - survivors.length} killed, ${survivors.length} survived`);
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(verdicts));
  process.exit(survivors.length > 0 ? 1 : 0);
};

if (fileURLToPath(import.meta.url) === process.argv[1]) await main();
