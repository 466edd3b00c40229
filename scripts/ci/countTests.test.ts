import { describe, expect, it } from "vitest";
import { countsOf, countsOfText, withExitCode } from "./countTests.ts";

const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((test) => ({ status: test })) });

describe("countsOfText", () => {
  it("reads a script's last line, and counts a script without one as failed", () => {
    expect(countsOfText("worst: rsi\n17 passed, 1 failed\n")).toEqual({ passed: 17, failed: 1, skipped: 0 });
    expect(countsOfText("Traceback: 3 passed")).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(countsOfText("")).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe("countsOf", () => {
  it("adds up the files; pending and todo are skipped", () => {
    const testResults = [file("passed", "passed", "pending", "todo"), file("failed", "passed", "failed", "skipped")];
    expect(countsOf({ success: false, testResults })).toEqual({ passed: 2, failed: 1, skipped: 3 });
  });
  it("counts a file that did not load, and a run that failed outside its tests", () => {
    expect(countsOf({ success: false, testResults: [file("failed")] })).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(countsOf({ success: false, testResults: [file("passed", "passed")] })).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });
  it("counts skipped tests as failed where their data must be there", () => {
    expect(countsOf({ success: true, testResults: [file("passed", "passed", "pending")] }, true)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
  });
});

describe("withExitCode", () => {
  it("fails a run of passed tests that missed a floor or was ended", () => {
    const counts = { passed: 3, failed: 0, skipped: 1 };
    expect(withExitCode(counts, 0)).toEqual(counts);
    for (const code of [1, null]) expect(withExitCode(counts, code)).toEqual({ ...counts, failed: 1 });
    expect(withExitCode({ ...counts, failed: 2 }, 1)).toEqual({ ...counts, failed: 2 });
  });
});
