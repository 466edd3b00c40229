import { BELIEF_LAYERS } from "../../models/serving.ts";
import { didYouMean } from "../domain/nearestName.ts";
import { formatUtc } from "../domain/time.ts";
import { UserError } from "../domain/units.ts";
import { readArtefact, readManifest } from "../store/models/artefact.ts";
import { listMembers } from "../store/models/listMembers.ts";
import type { MemberName } from "../store/models/memberName.ts";
import { MemberRefusal } from "../store/models/memberName.ts";
import type { ServingFile } from "../store/models/servingFile.ts";
import { readServing } from "../store/models/servingFile.ts";
import { verifyMember } from "../store/models/verifyMember.ts";
import type { VerifyOptions } from "../store/models/verifyMember.ts";
import type { Command } from "./frame/command.ts";
import { RefusalWith } from "./frame/command.ts";
import { textTable } from "./frame/textTable.ts";
import { configOf, configOptions } from "./configOptions.ts";
import { modelsDir } from "./members/trained.ts";
import { promote, rollback } from "./models/promotion.ts";
import { memberOf, optionsOf } from "./models/work.ts";
import type { ModelsWork } from "./models/work.ts";

/** `riposte models`: the trained members that there are, and who of them serves. */
export const modelsCommand: Command = {
  name: "models",
  summary: "show, verify, promote and roll back trained members",
  words: "[list | verify [LAYER=MEMBER …] | card LAYER=MEMBER | promote LAYER=MEMBER … | rollback LAYER …]",
  options: {
    ...configOptions(),
    shadow: {
      type: "string",
      value: "RUN",
      help: "promote, rollback: by the comparison of a kept run (riposte runs), in place of a passed verdict",
    },
    override: { type: "string", value: "REASON", help: "promote: also a member without a passed verdict; the reason is written down" },
  },
  run: async (values, context, given = []) => {
    const [action = "list", ...words] = given;
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (act === undefined) {
      const names = Object.keys(ACTIONS);
      throw new UserError(`models has no action ${action}${didYouMean(action, names) || ` (there are: ${names.join(", ")})`}`, 2);
    }
    const { override, shadow, ...rest } = values;
    if (shadow !== undefined && action !== "promote" && action !== "rollback")
      throw new UserError(`--shadow is for models promote and rollback: leave it out of ${action}`, 2);
    if (override !== undefined && action !== "promote")
      throw new UserError(`--override is for models promote: leave it out of ${action}`, 2);
    const { config } = await configOf(rest, context);
    return act({ config, dir: modelsDir(config), words, values, context });
  },
};

const HEADER = ["layer", "member", "trained", "kB", "verdict", "serves", ""];

const list = ({ dir, words, context }: ModelsWork): unknown => {
  if (words[0] !== undefined) throw new UserError(`list takes no member: riposte models card ${words[0]} shows one`, 2);
  const serving = readServing(dir);
  const there = listMembers(dir);
  const gone = promotedIn(serving).filter((of) => !there.some(({ layer, member }) => layer === of.layer && member === of.member));
  const rows = [...there, ...gone].map((of) => rowOf(dir, of, serving));
  if (rows.length > 0) context.print(textTable([HEADER, ...rows.map(cellsOf)], [HEADER.indexOf("kB")]));
  context.print(`${rows.length} member${rows.length === 1 ? "" : "s"}; where none is promoted the layer's rule serves`);
  return { members: rows, serving: serving.serving };
};

const promotedIn = ({ serving }: ServingFile): MemberName[] =>
  BELIEF_LAYERS.flatMap((layer) => (serving[layer] === null ? [] : [{ layer, member: serving[layer].member }]));

const rowOf = (dir: string, of: MemberName, { serving }: ServingFile) => {
  const promoted = serving[of.layer]?.member === of.member;
  try {
    const { manifest, sha256 } = readManifest(dir, of);
    const { training, verdict, files } = manifest;
    const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
    const span = { from: formatUtc(training.fromMs), to: formatUtc(training.toMs) };
    const other = promoted && serving[of.layer]?.sha256 !== sha256 ? "another one was promoted" : "";
    return { ...of, ...span, bytes, verdict, promoted, sha256, problem: other };
  } catch (error) {
    if (!(error instanceof MemberRefusal)) throw error;
    return { ...of, from: "", to: "", bytes: 0, verdict: null, promoted, sha256: "", problem: error.reason };
  }
};

const cellsOf = ({ layer, member, from, to, bytes, verdict, promoted, problem }: ReturnType<typeof rowOf>): string[] => [
  ...[layer, member, from === "" ? "" : `${from.slice(0, 10)} … ${to.slice(0, 10)}`, String(Math.round(bytes / 1000))],
  ...[verdict ?? "none", promoted ? "yes" : "", problem === "" ? "" : `REFUSED: ${problem}`],
];

const verify = async ({ config, dir, words, context }: ModelsWork): Promise<unknown> => {
  const options = await optionsOf(config);
  const results = (words.length === 0 ? listMembers(dir) : words.map(memberOf)).map((of) => verified(of, options));
  for (const { layer, member, problem } of results) context.print(`${layer} member ${member}: ${problem ?? "may serve"}`);
  if (results.length === 0) context.print("there is no member to verify");
  const refused = results.filter(({ problem }) => problem !== null);
  if (refused.length > 0) throw new RefusalWith(`${refused.length} of ${results.length} members may not serve`, { members: results });
  return { members: results };
};

const verified = (of: MemberName, options: VerifyOptions) => {
  try {
    const { artefact } = verifyMember(of, options);
    return { ...of, sha256: artefact.sha256, problem: null };
  } catch (error) {
    if (!(error instanceof MemberRefusal)) throw error;
    return { ...of, sha256: null, problem: error.reason };
  }
};

const card = ({ dir, words, context }: ModelsWork): unknown => {
  const [word, ...more] = words;
  if (word === undefined || more.length > 0) throw new UserError("card shows one member: riposte models card signal=lightgbm@3", 2);
  const of = memberOf(word);
  const text = Buffer.from(readArtefact(dir, of).files.get("card.md") ?? []).toString("utf8");
  context.print(text.trimEnd());
  return { ...of, card: text };
};

const ACTIONS: Readonly<Record<string, (work: ModelsWork) => unknown>> = { list, verify, card, promote, rollback };
