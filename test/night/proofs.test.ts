import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/sourceTree.ts";
import type { ProofPart } from "./part.ts";
import { PARTS } from "./parts.ts";
import type { ProofRecord } from "./proofLedger.ts";
import { codeSha256Of, readProofs, sumOfProofs } from "./proofLedger.ts";
import { proofsDoc } from "./proofsDoc.ts";

const PART: ProofPart = {
  name: "storm",
  shows: "that it blows",
  code: ["src/risk", "a.ts"],
  goal: 9,
  run: () => ({ cases: 1, problems: [] }),
};
const record = (more: Partial<ProofRecord>): ProofRecord => ({
  ...{
    part: "storm",
    day: "2025-01-02",
    commit: "abc",
    codeSha256: "new",
    fromSeed: 1,
    toSeed: 3,
    cases: 1000,
    failures: 0,
    failedSeeds: [],
  },
  ...{ minutes: 1.5, ...more },
});

describe("docs/proofs.md", () => {
  it("is what docs/proofs.jsonl adds up to: else run a part, or repair the lines", () => {
    expect(readFileSync(join(ROOT, "docs/proofs.md"), "utf8")).toBe(proofsDoc(PARTS, readProofs()));
  });

  it("adds up the runs on the code of the last one, tells those on earlier code apart, and how to repeat a failure", () => {
    const earlier = record({ codeSha256: "old", cases: 77, failures: 2, failedSeeds: [2, 3], commit: "eee" });
    const page = proofsDoc([PART], [earlier, record({}), record({ part: "other", cases: 5 }), record({ fromSeed: 4, toSeed: 5 })]);
    expect(page).toContain(
      "| `storm` | that it blows | `src/risk`, `a.ts` | 2,000 in 3 min | 0 | abc, 2025-01-02 (new) | 77 |\n\n## Failures so far\n",
    );
    expect(page).toContain("| 2025-01-02 | eee | `npm run night -- storm --seed 3` |\n");
    expect(proofsDoc([PART], [])).toContain("| `storm` | that it blows | `src/risk`, `a.ts` | – | – | – | – |\n");
  });
});

describe("the code that a part proves", () => {
  const files = [
    { path: "src/risk/gate.ts", text: "1" },
    { path: "src/risk/gate.test.ts", text: "2" },
    { path: "src/riskier.ts", text: "3" },
    { path: "a.ts", text: "4" },
  ];
  const changed = (path: string, more: Partial<ProofPart> = {}): boolean =>
    codeSha256Of({ ...PART, ...more }, files) !==
    codeSha256Of(
      { ...PART, ...more },
      files.map((file) => (file.path === path ? { ...file, text: "x" } : file)),
    );

  it("is known by the content of its files, tests only where they are what is proven", () => {
    expect(files.map(({ path }) => changed(path))).toEqual([true, false, false, true]);
    expect(changed("src/risk/gate.test.ts", { testsAreCode: true })).toBe(true);
    expect(codeSha256Of(PART, [...files].reverse())).toBe(codeSha256Of(PART, files));
  });

  it("exists", () => {
    expect(PARTS.flatMap(({ code }) => code).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

it("goes on behind the last seed that ran on this code", () => {
  expect(sumOfProofs([record({ fromSeed: 1, toSeed: 9 }), record({ fromSeed: 4, toSeed: 7 })])).toMatchObject({
    runs: 2,
    toSeed: 9,
    cases: 2000,
  });
  expect(sumOfProofs([])).toMatchObject({ toSeed: 0, cases: 0 });
});
