import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Report {
  readonly success: boolean;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[];
}

/**
 * Counts of one report of vitest's JSON reporter. A file that fails before it has tests (an import error) counts as one failed,
 * and so does a run that fails although none of its tests did (an unhandled error).
 */
export const countsOf = (report: Report, skippedMeansFailed = false): TestCounts => {
  const statuses = report.testResults.flatMap(({ status, assertionResults }) => {
    const own = assertionResults.map((test) => test.status);
    return status === "failed" && !own.includes("failed") ? [...own, "failed"] : own;
  });
  const passed = statuses.filter((status) => status === "passed").length;
  const broken = statuses.filter((status) => status === "failed").length;
  const skipped = statuses.length - passed - broken;
  const failed = broken === 0 && !report.success ? 1 : broken;
  return skippedMeansFailed ? { passed, failed: failed + skipped, skipped: 0 } : { passed, failed, skipped };
};

/** Counts of a script that ends with a line `N passed, N failed`; one without such a line has failed. */
export const countsOfText = (text: string): TestCounts => {
  const [, passed, failed] = /^(\d+) passed, (\d+) failed/m.exec(text.trimEnd().split("\n").slice(-2).join("\n")) ?? [];
  return passed === undefined ? { passed: 0, failed: 1, skipped: 0 } : { passed: Number(passed), failed: Number(failed), skipped: 0 };
};

/**
 * `countTests.ts FOLDER FAILED_CHECKS`: adds up every report (`*.json` of vitest, `*.txt` of a script) in the folder, and prints CI's
 * last line. In `shared*.json` a skipped test lacks data that CI must have: it counts as failed.
 */
const main = (folder: string, failedChecks: number): void => {
  let [passed, failed, skipped] = [0, failedChecks, 0];
  for (const name of readdirSync(folder).filter((file) => /\.(json|txt)$/.test(file))) {
    const text = readFileSync(join(folder, name), "utf8");
    const counts = name.endsWith(".txt") ? countsOfText(text) : countsOf(JSON.parse(text) as Report, name.startsWith("shared"));
    console.error(`${name.replace(/\.(json|txt)$/, "")}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    passed += counts.passed;
    failed += counts.failed;
    skipped += counts.skipped;
  }
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
};

const [script, folder, failedChecks] = process.argv.slice(1);
if (script === fileURLToPath(import.meta.url) && folder !== undefined) main(folder, Number(failedChecks));
