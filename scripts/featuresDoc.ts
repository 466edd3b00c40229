import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EventFeatureFamily, FeatureColumn, FeatureFamily } from "../operators/features/feature.ts";
import { featureSet } from "../operators/features/featureSet.ts";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../operators/features/table.ts";
import { SCALES_WARM_UP_BARS } from "../operators/normalize.ts";
import { formatTimeframe } from "../src/domain/time.ts";
import { HOUR_MS, MINUTE_MS } from "../src/domain/units.ts";

/** The list itself, which `npm run docs:features` writes, and the words around it. */
const FILE = new URL("../docs/features.md", import.meta.url);
const WORDS = new URL("featuresDoc.md", import.meta.url);
const FRAMES_MS = [5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS];

type Family = FeatureFamily | EventFeatureFamily;

/** Formulas of the row, copies on longer time frames not counted. */
export const formulas = (): readonly string[] => [
  ...new Set([...FEATURE_FAMILIES, ...EVENT_FEATURE_FAMILIES].flatMap(({ columns }) => columns.map(({ formula }) => formula))),
];

/** `docs/features.md` as it must be: the words of `scripts/featuresDoc.md` with the counts and tables put in. */
export const featuresDoc = (): string => {
  const core = FEATURE_FAMILIES.filter((family) => family.core === true);
  const set = featureSet({ families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs: FRAMES_MS });
  const words: Readonly<Record<string, string>> = {
    columns: String(set.columns.length),
    formulas: String(formulas().length),
    copies: String(set.frames.reduce((sum, { width }) => sum + width, 0)),
    masks: String(set.masks.size),
    frames: FRAMES_MS.map(formatTimeframe).join(", "),
    core: core.map(({ name }) => `\`${name}\``).join(", "),
    scalesWarmUp: String(SCALES_WARM_UP_BARS),
    longestWarmUp: String(Math.max(...set.columns.map(({ warmUpBaseBars }) => warmUpBaseBars))),
    inputs: [...set.masks.keys()].map((input) => `\`mask_${input}\``).join(", "),
    barTables: FEATURE_FAMILIES.map(familyTable).join("\n"),
    eventTables: EVENT_FEATURE_FAMILIES.map(familyTable).join("\n"),
  };
  return readFileSync(WORDS, "utf8").replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const word = words[name];
    if (word === undefined) throw new Error(`featuresDoc.md asks for {{${name}}}, which nothing fills`);
    return word;
  });
};

const familyTable = (family: Family): string =>
  [
    `### ${family.name}`,
    "",
    aboutOf(family),
    "",
    "| column | formula | unit | source | bars until known |",
    "|---|---|---|---|---|",
    ...family.columns.map(rowOf),
    "",
  ].join("\n");

const aboutOf = (family: Family): string => {
  if ("input" in family) return `Input: ${family.input}.`;
  const frames = family.core === true ? ` Repeated on ${FRAMES_MS.map(formatTimeframe).join(", ")}.` : "";
  const gap = family.gapWarmUpBars === undefined ? "" : ` Stands gaps: known again ${family.gapWarmUpBars} bars after one.`;
  return `Input: kline.${frames}${gap}`;
};

const rowOf = ({ name, formula, unit, source, warmUpBars }: FeatureColumn): string =>
  `| ${[`\`${name}\``, formula, unit, source, String(warmUpBars)].map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, featuresDoc());
