import { describe, expect, it } from "vitest";
import { countsOf } from "./countTests.ts";

const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((test) => ({ status: test })) });

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
