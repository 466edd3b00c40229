import { describe, expect, it } from "vitest";
import { UserError } from "../../domain/units.ts";
import { spansOf } from "./spans.ts";

const TRAIN = "2023-01-01..2023-09-01";
const problem = (values: Record<string, string | string[]>): string => {
  try {
    spansOf(values);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(2);
    return (error as UserError).message;
  }
  return "none";
};

describe("--train and --test", () => {
  it("are two ranges, the second where the first ends or later", () => {
    expect(spansOf({ train: TRAIN, test: "2023-09-01..2024-01-01" })).toEqual({
      train: { from: "2023-01-01", to: "2023-09-01" },
      test: { from: "2023-09-01", to: "2024-01-01" },
    });
    expect(spansOf({ from: "2023-01-01" })).toBeNull();
  });

  it.each([
    [{ train: TRAIN }, /^--train and --test go together, e\.g\. /],
    [{ test: TRAIN }, /^--train and --test go together/],
    [{ train: TRAIN, test: "2023-09-01..2024-01-01", from: "2023-01-01" }, /leave --from and --to out$/],
    [{ train: TRAIN, test: "2023-09-01..2024-01-01", set: ["to=2023-01-01"] }, /leave --from and --to out$/],
    [
      { train: TRAIN, test: "2023-08-31..2024-01-01" },
      /^--test 2023-08-31\S* overlaps --train .*begin the test at 2023-09-01T00:00:00Z or later$/,
    ],
    [{ train: TRAIN, test: "2022-08-31..2023-01-01" }, /^--test 2022-08-31\S* lies before --train /],
    [{ train: TRAIN, test: "2023-10-01..2023-10-01" }, /^--test 2023-10-01\S*: the range .* is empty/],
    [{ train: "2023-09-01..2023-01-01", test: TRAIN }, /^--train .*: from is after to/],
    [{ train: "2023-01-01", test: TRAIN }, /^--train 2023-01-01: give FROM\.\.TO/],
    [{ train: "2023-01-01..", test: TRAIN }, /give FROM\.\.TO/],
    [{ train: "2023-01-01..soon", test: TRAIN }, /^--train 2023-01-01\.\.soon: to "soon" is not a time/],
  ])("%j is refused in one line", (values, message) => {
    expect(problem(values)).toMatch(message);
    expect(problem(values)).not.toContain("\n");
  });
});
