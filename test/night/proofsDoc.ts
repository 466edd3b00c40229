import type { ProofPart } from "./part.ts";
import { sumOfProofs } from "./proofLedger.ts";
import type { ProofRecord } from "./proofLedger.ts";

const INTRODUCTION = `# Proofs
Generated from \`proofs.jsonl\` by every \`npm run night -- PART\`; not to be edited.

A proof runs cases that follow from a seed for up to an hour and goes on where the last run ended. Cases count for the code that they
ran on, known by its content: the first table is about the code of the last run. \`npm run night\` says whether that is still the code
at hand, and how many cases it has.
`;

const count = (value: number): string => value.toLocaleString("en-US");

/** The page of all runs so far. */
export const proofsDoc = (parts: readonly ProofPart[], records: readonly ProofRecord[]): string => {
  const rows = parts.map(({ name, shows, code, testsAreCode }) => {
    const own = records.filter(({ part }) => part === name);
    const last = own.at(-1);
    const proven = testsAreCode ? [...code, "their tests"] : code;
    if (last === undefined) return `| \`${name}\` | ${shows} | ${listOf(proven)} | – | – | – | – |`;
    const { cases, failures, minutes } = sumOfProofs(own.filter(({ codeSha256 }) => codeSha256 === last.codeSha256));
    const before = sumOfProofs(own.filter(({ codeSha256 }) => codeSha256 !== last.codeSha256));
    const where = `${last.commit}, ${last.day} (${last.codeSha256})`;
    return `| \`${name}\` | ${shows} | ${listOf(proven)} | ${count(cases)} in ${count(Math.ceil(minutes))} min | ${count(failures)} | ${where} | ${count(before.cases)} |`;
  });
  const failed = records.filter(({ failures }) => failures > 0);
  const failures = failed.flatMap(({ part, failedSeeds, day, commit }) =>
    failedSeeds.map((seed) => `| ${day} | ${commit} | \`npm run night -- ${part} --seed ${seed}\` |`),
  );
  return [
    INTRODUCTION,
    "| part | a case shows | code | cases | failures | last run | cases on earlier code |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    "",
    ...(failures.length === 0 ? [] : ["## Failures so far", "| day | code of | repeated by |", "|---|---|---|", ...failures, ""]),
  ].join("\n");
};

const listOf = (paths: readonly string[]): string => paths.map((path) => (path.includes(" ") ? path : `\`${path}\``)).join(", ");
