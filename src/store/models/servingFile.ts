import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../domain/units.ts";
import { stagedFile } from "../output/stagedFile.ts";
import type { BeliefLayer } from "../../../models/serving.ts";
import { parsed } from "./manifest.ts";

const FILE = "serving.json";

const promoted = z.strictObject({ member: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }).nullable();
const layers = z.strictObject({ regime: promoted, pattern: promoted, signal: promoted });
/** The comparison that a change goes by (docs/models.md#shadows): a kept run, and what it measured; null: not tested. */
const shadow = z.strictObject({
  run: z.string(),
  decisionsSha256: z.string(),
  /** Where its data came from. */
  data: z.string(),
  champion: z.string(),
  challenger: z.string(),
  eChampion: z.number().nullable(),
  eNothing: z.number().nullable(),
  eRollBack: z.number().nullable(),
  days: z.number(),
  /** Day of the promotion, or of the roll-back. */
  on: z.string(),
});
const change = z.strictObject({
  at: z.string(),
  layer: z.enum(["regime", "pattern", "signal"]),
  from: promoted,
  to: promoted,
  action: z.enum(["promote", "rollback"]),
  /** Why it was promoted against its verdict; null: it was not. */
  override: z.string().nullable(),
  /** Left out where it does not go by one. */
  shadow: shadow.optional(),
});
const schema = z.strictObject({ format: z.literal(1), serving: layers, history: z.array(change) });

/** Who is promoted, by layer (null: the rule), and every change that led there. */
export type ServingFile = z.output<typeof schema>;
export type ShadowEvidence = z.output<typeof shadow>;
export type Promoted = ServingFile["serving"][BeliefLayer];
export type Change = ServingFile["history"][number];

const NOBODY: ServingFile = { format: 1, serving: { regime: null, pattern: null, signal: null }, history: [] };

/** `serving.json` of a folder of members; without one the rules serve. Throws a `UserError` where it is damaged. */
export const readServing = (dir: string): ServingFile => {
  const path = join(dir, FILE);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return NOBODY;
    throw error;
  }
  const read = parsed(schema, text);
  if ("problem" in read)
    throw new UserError(`${path}: ${read.problem}; restore it from a copy, or move it away and promote the members anew`);
  return read.value;
};

/** `serving.json` after changes, which are all made or none. */
export const changed = ({ serving, history }: ServingFile, changes: readonly Omit<Change, "from">[]): ServingFile => ({
  format: 1,
  serving: { ...serving, ...Object.fromEntries(changes.map(({ layer, to }) => [layer, to])) },
  history: [...history, ...changes.map((change) => ({ ...change, from: serving[change.layer] }))],
});

/** Writes `serving.json`, whole or not at all. */
export const writeServing = (dir: string, file: ServingFile): void => {
  const staged = stagedFile(join(dir, FILE));
  writeFileSync(staged.path, `${JSON.stringify(file, null, 2)}\n`);
  staged.commit();
};

/** Who served a layer before the member that is promoted now; undefined: nobody was promoted. Rollbacks are stepped over with what they undid. */
export const promotedBefore = ({ history }: ServingFile, layer: BeliefLayer): Promoted | undefined => {
  const stack: Promoted[] = [];
  for (const { layer: of, from, action } of history) {
    if (of !== layer) continue;
    if (action === "promote") stack.push(from);
    else stack.pop();
  }
  return stack.at(-1);
};
