import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectFiles, ROOT } from "../../scripts/sourceTree.ts";
import type { SourceFile } from "../../scripts/sourceTree.ts";
import type { ProofPart } from "./part.ts";

/** One run of a part, a line of `docs/proofs.jsonl`. */
export interface ProofRecord {
  readonly part: string;
  /** UTC day. */
  readonly day: string;
  readonly commit: string;
  /** Content of the code that the part proves. */
  readonly codeSha256: string;
  readonly fromSeed: number;
  readonly toSeed: number;
  readonly cases: number;
  readonly failures: number;
  readonly failedSeeds: readonly number[];
  readonly minutes: number;
}

/** Where the runs of the project are kept. */
export const PROOFS_FOLDER = join(ROOT, "docs");
const LINES = "proofs.jsonl";

export const readProofs = (folder = PROOFS_FOLDER): ProofRecord[] => {
  const path = join(folder, LINES);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ProofRecord);
};

/** Appends a run, so that two parts may run at the same time, and writes the page anew. */
export const recordProof = (record: ProofRecord, pageOf: (records: readonly ProofRecord[]) => string, folder = PROOFS_FOLDER): void => {
  appendFileSync(join(folder, LINES), `${JSON.stringify(record)}\n`);
  writeFileSync(join(folder, "proofs.md"), pageOf(readProofs(folder)));
};

/** The first 12 digits of the SHA-256 of the code that a part proves, names included. */
export const codeSha256Of = ({ code, testsAreCode }: Pick<ProofPart, "code" | "testsAreCode">, files = projectFiles()): string => {
  const hash = createHash("sha256");
  const proven = ({ path }: SourceFile): boolean =>
    code.some((each) => path === each || path.startsWith(`${each}/`)) && (testsAreCode === true || !path.endsWith(".test.ts"));
  for (const { path, text } of files.filter(proven).sort((a, b) => (a.path < b.path ? -1 : 1))) hash.update(`${path}\0${text}\0`);
  return hash.digest("hex").slice(0, 12);
};

export interface ProofSum {
  readonly runs: number;
  readonly cases: number;
  readonly failures: number;
  readonly minutes: number;
  /** Last seed that ran; 0: none. */
  readonly toSeed: number;
}

export const sumOfProofs = (records: readonly ProofRecord[]): ProofSum => ({
  runs: records.length,
  cases: records.reduce((sum, { cases }) => sum + cases, 0),
  failures: records.reduce((sum, { failures }) => sum + failures, 0),
  minutes: records.reduce((sum, { minutes }) => sum + minutes, 0),
  toSeed: Math.max(0, ...records.map(({ toSeed }) => toSeed)),
});
