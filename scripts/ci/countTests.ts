export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Report {
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

/** A step whose tests passed and that failed all the same (a floor of coverage, a limit of time) has one failure. */
export const withExitCode = (counts: TestCounts, code: number | null): TestCounts =>
  code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;

export const sumOf = (counts: readonly TestCounts[]): TestCounts => {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of counts) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return sum;
};
