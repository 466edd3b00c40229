import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countsOf, withExitCode } from "../../scripts/ci/countTests.ts";
import { ROOT } from "../../scripts/sourceTree.ts";
import type { SeedResult } from "./part.ts";

/** Parts that are programs of their own: one seed is one run. */

interface Child {
  readonly code: number | null;
  readonly output: string;
}
const ended = (args: readonly string[], signal: AbortSignal): Promise<Child> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const stop = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    child.on("error", reject);
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      resolve({ code, output });
    });
  });

/** Runs a script that leaves JSON in a file; null where the signal ended it. */
const documentOf = async <T>(args: (file: string) => readonly string[], signal: AbortSignal): Promise<(Child & { document: T }) | null> => {
  const folder = await mkdtemp(join(tmpdir(), "riposte-night-"));
  try {
    const file = join(folder, "document.json");
    const child = await ended(args(file), signal);
    if (signal.aborted) return null;
    const text = await readFile(file, "utf8").catch(() => {
      throw new Error(`${args(file).join(" ")} left no document: ${child.output.slice(-2000)}`);
    });
    return { ...child, document: JSON.parse(text) as T };
  } finally {
    await rm(folder, { recursive: true });
  }
};

interface TestReport {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** `npm test` with the files in the order of the seed, with coverage. */
export const testsInOrder = async (seed: number, signal: AbortSignal): Promise<SeedResult | null> => {
  const ran = await documentOf<TestReport>(
    (file) => [
      ...["node_modules/vitest/vitest.mjs", "run", "--project", "unit", "--coverage"],
      ...["--sequence.shuffle.files", `--sequence.seed=${seed}`, "--reporter=json", `--outputFile.json=${file}`],
    ],
    signal,
  );
  if (ran === null) return null;
  const { passed, failed } = withExitCode(countsOf(ran.document), ran.code);
  const broken = ran.document.testResults.flatMap(({ name, status, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === "failed").map((test) => `${name}: ${test.fullName}`);
    return status === "failed" && tests.length === 0 ? [name] : tests;
  });
  const problems = failed > 0 && broken.length === 0 ? [ran.output.trim().split("\n").slice(-8).join("\n")] : broken;
  return { cases: passed + failed, problems };
};

interface Verdict {
  readonly limit: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly killed: boolean;
}

export const MUTANT_BATCH = 24;

/** Batch `seed` of the limits' mutants; the first is 1. */
export const mutantsKilled = async (seed: number, signal: AbortSignal): Promise<SeedResult | null> => {
  const ran = await documentOf<readonly Verdict[]>(
    (file) => [
      "--import",
      "./bin/loader.mjs",
      "scripts/mutateLimits.ts",
      `--from=${(seed - 1) * MUTANT_BATCH}`,
      `--count=${MUTANT_BATCH}`,
      "--json",
      file,
    ],
    signal,
  );
  if (ran === null) return null;
  const survivors = ran.document.filter(({ killed }) => !killed);
  return { cases: ran.document.length, problems: survivors.map(({ limit, file, from, to }) => `${limit} in ${file}.ts: ${from} → ${to}`) };
};
