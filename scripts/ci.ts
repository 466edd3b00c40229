import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Report, TestCounts } from "./ci/countTests.ts";
import { countsOf, countsOfText, sumOf, withExitCode } from "./ci/countTests.ts";
import type { EndedStep, Step } from "./ci/lanes.ts";
import { chosenSteps, runSteps } from "./ci/lanes.ts";
import { endAll, runProcess } from "./ci/process.ts";
import { ciSteps } from "./ci/steps.ts";
import { ROOT } from "./sourceTree.ts";

/**
 * Runs every step of CI, two at a time where there are two cores, and prints each one's output whole when it ends. The last line is
 * "N passed, N failed, N skipped" over all tests (a failing check counts as one failed); the exit code says the same.
 */
const TOTAL_MINUTES = 85;
const LANES = Math.min(2, availableParallelism());

const words = process.argv.slice(2);
const reports = mkdtempSync(join(tmpdir(), "riposte-ci-"));
const startedMs = performance.now();
const seconds = (): number => Math.round((performance.now() - startedMs) / 1000);

const start = (step: Step): Promise<EndedStep> => {
  console.log(`.. ${step.name} (at ${seconds()} s)`);
  const leftMs = TOTAL_MINUTES * 60_000 - (performance.now() - startedMs);
  if (leftMs > 0) return runProcess(step, Math.min(step.minutes * 60_000, leftMs), ROOT);
  return Promise.resolve({ step, code: null, seconds: 0, output: `not started: ${TOTAL_MINUTES} minutes are over\n` });
};

/** What an ended step counts: its tests, or itself if it fails. */
const countsIn = ({ step, code, output }: EndedStep): TestCounts => {
  if (step.lastLineCounts === true) return withExitCode(countsOfText(output), code);
  if (step.report === undefined) return { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  if (!existsSync(step.report)) return { passed: 0, failed: 1, skipped: 0 };
  return withExitCode(countsOf(JSON.parse(readFileSync(step.report, "utf8")) as Report, step.skippedFails), code);
};

const results: { readonly ended: EndedStep; readonly counts: TestCounts }[] = [];
const done = (ended: EndedStep): void => {
  const counts = countsIn(ended);
  results.push({ ended, counts });
  const { step, output, seconds: took } = ended;
  console.log(`\n== ${step.name}\n${output.trimEnd()}\n-- ${step.name}: ${wordOf(ended, counts)} in ${took} s\n`);
};
const wordOf = ({ code }: EndedStep, { failed }: TestCounts): string => (failed === 0 ? "ok" : `FAILED (${code ?? "ended"})`);

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    endAll();
    rmSync(reports, { recursive: true, force: true });
    process.exit(signal === "SIGINT" ? 130 : 143);
  });

try {
  const shared = resolve(ROOT, process.env["RIPOSTE_SHARED"] ?? "../shared");
  await runSteps(chosenSteps(ciSteps({ shared, reports }), words), LANES, start, done);
} finally {
  rmSync(reports, { recursive: true, force: true });
}
console.log(`== result (${seconds()} s)`);
for (const { ended, counts } of results) {
  const { passed, failed, skipped } = counts;
  const tests = counts.passed + counts.skipped === 0 ? "" : `: ${passed} passed, ${failed} failed, ${skipped} skipped`;
  console.log(`${wordOf(ended, counts).padEnd(12)} ${String(ended.seconds).padStart(5)} s  ${ended.step.name}${tests}`);
}
const { passed, failed, skipped } = sumOf(results.map(({ counts }) => counts));
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
// A whole run without a passed test has run nothing.
process.exitCode = failed === 0 && (words.length > 0 ? results.length : passed) > 0 ? 0 : 1;
