import type { FeatureSet } from "../../../operators/features/featureSet.ts";
import type { BeliefLayer, Upstreams } from "../../../models/serving.ts";
import { regimeCombine, signalCombine } from "../../../models/trained/combine.ts";
import type { Combine } from "../../../models/trained/combine.ts";
import type { TrainedReads } from "../../../models/trained/trainedMember.ts";
import { BELIEF_NUMBERS, inputWidth, RAW_SCORES, TrainedMember } from "../../../models/trained/trainedMember.ts";
import type { Artefact } from "./artefact.ts";
import { readArtefact, readManifest } from "./artefact.ts";
import type { Manifest } from "./manifest.ts";
import { goldenSchema, parsed } from "./manifest.ts";
import type { MemberName } from "./memberName.ts";
import { isTrainedName, MemberRefusal } from "./memberName.ts";
import type { NetworkOf } from "./parts.ts";
import { partsOf } from "./parts.ts";
import { schemaOf } from "./schemaHash.ts";

/** Fewer calibration blocks than these are no calibration. */
const BLOCKS_MIN = 4;
/** exp and ln may differ in the last bit between libraries. */
const REGIME_TOLERANCE = 1e-12;
/** Trees and linear models are as fast with few rows: no more wait for them than the processor's cache holds. A network likes many. */
const BATCH_ROWS = 64;
const NETWORK_BATCH_ROWS = 4096;
/** Of a network, raw and belief alike. */
const NETWORK_TOLERANCE = 1e-5;

/** How many numbers of a belief are its probabilities; they stand first. */
const PROBABILITIES: Readonly<Record<Manifest["layer"], number>> = { regime: 7, signal: 3 };

/** What a member is verified against. */
export interface VerifyOptions {
  /** Folder of all members. */
  readonly dir: string;
  /** Every feature that the program computes. */
  readonly set: Pick<FeatureSet, "columns">;
  /** The rule of each layer of the line, as its config names it. */
  readonly rules: Readonly<Record<BeliefLayer, { readonly module: string; readonly options: Readonly<Record<string, unknown>> }>>;
  /** Numbers in the embedding of the line's L2. */
  readonly embedding: number;
  readonly networkOf: NetworkOf;
}

/** A member that may speak. */
export interface VerifiedMember {
  readonly member: TrainedMember;
  readonly artefact: Artefact;
  /** Trained members that it was trained behind, and those behind which they were. */
  readonly upstreams: readonly Upstream[];
}

interface Upstream {
  readonly of: MemberName;
  readonly manifest: Manifest;
}

/** Reads a member and checks everything that it must be before it may speak. Throws a `MemberRefusal`. */
export const verifyMember = (of: MemberName, options: VerifyOptions): VerifiedMember => {
  const artefact = readArtefact(options.dir, of);
  const { manifest } = artefact;
  const schema = schemaOf(manifest, options.set);
  if ("missing" in schema) throw new MemberRefusal(of, `it reads ${schema.missing}, and there is no such feature`);
  if (schema.sha256 !== manifest.schemaSha256)
    throw new MemberRefusal(of, "it was trained on other features: the hash of their names and formulas is not that of its manifest");
  const { blocks } = manifest.calibration;
  if (blocks < BLOCKS_MIN) throw new MemberRefusal(of, `it was calibrated on ${blocks} blocks, and serving needs ${BLOCKS_MIN}`);
  const upstreams = upstreamsOf(options.dir, of, manifest);
  const reads = readsOf(manifest, of);
  requireRules(of, reads, options.rules);
  const width = inputWidth(reads, options.embedding);
  const member = new TrainedMember(reads, partsOf(artefact, width * reads.window, options.networkOf), combineOf(manifest));
  try {
    requireGoldens(artefact, member, width * reads.window);
  } catch (error) {
    // Its thread must not stay; nobody waits for its end.
    void member.close();
    throw error;
  }
  return { member, artefact, upstreams };
};

const hasNetwork = ({ parts }: Manifest): boolean => parts.some(({ kind }) => kind === "network");

/** The shipped rules, which members are trained with and behind. */
const RULES: Readonly<Record<BeliefLayer, string>> = { regime: "rule", pattern: "geometry", signal: "byRegime" };

const readsOf = (manifest: Manifest, { member }: MemberName): TrainedReads => {
  const { layer, window, columns, beliefs, rule, masks, upstreams } = manifest;
  const names: Upstreams = {
    // The rule of L3 reads both layers before it: behind others it would say something else than in training.
    ...(layer === "signal" && rule ? { regime: RULES.regime, pattern: RULES.pattern } : {}),
    ...(upstreams.regime === undefined ? {} : { regime: upstreams.regime.member }),
    ...(upstreams.pattern === undefined ? {} : { pattern: upstreams.pattern.member }),
  };
  const batchRows = hasNetwork(manifest) ? NETWORK_BATCH_ROWS : BATCH_ROWS;
  return { layer, name: member, window, batchRows, columns, beliefs, rule, masks, upstreams: names };
};

/** A rule that a member reads, or stands behind, is the shipped one without options: another would give it inputs that it never saw. */
const requireRules = (of: MemberName, { layer, rule, upstreams }: TrainedReads, rules: VerifyOptions["rules"]): void => {
  const wanted = { ...upstreams, ...(rule ? { [layer]: RULES[layer] } : {}) };
  for (const [at, name] of Object.entries(wanted) as [BeliefLayer, string][]) {
    const { module, options } = rules[at];
    const plain = Object.keys(options).length === 0;
    if (isTrainedName(name) || (module === name && plain)) continue;
    const stands = module === name ? `${name} with options of its own` : module;
    throw new MemberRefusal(of, `it was trained with the shipped ${at} rule ${name}, and the line has ${stands}`);
  }
};

const combineOf = (manifest: Manifest): Combine =>
  manifest.layer === "regime"
    ? regimeCombine(
        manifest.weights,
        manifest.parts.map(({ kind }) => kind === "rule"),
        manifest.calibration,
      )
    : signalCombine(manifest.weights, manifest.calibration);

/** Trained members before this one, to the first; each must be the one whose hash the manifest of the one behind it holds. */
const upstreamsOf = (dir: string, of: MemberName, { upstreams }: Manifest): Upstream[] =>
  (Object.entries(upstreams) as [BeliefLayer, { readonly member: string; readonly sha256: string | null }][]).flatMap(
    ([layer, { member, sha256 }]) => {
      if (!isTrainedName(member)) {
        if (sha256 !== null) throw new MemberRefusal(of, `its ${layer} upstream ${member} is a rule, and has a hash`);
        return [];
      }
      const before = { layer, member };
      const { manifest, sha256: found } = readManifest(dir, before);
      if (found !== sha256)
        throw new MemberRefusal(of, `it was trained behind another ${layer} member ${member} than the one that is there`);
      return [{ of: before, manifest }, ...upstreamsOf(dir, before, manifest)];
    },
  );

const requireGoldens = ({ of, manifest, files }: Artefact, member: TrainedMember, inputs: number): void => {
  const read = parsed(goldenSchema, Buffer.from(files.get("golden.json") as Uint8Array).toString("utf8"));
  if ("problem" in read) throw new MemberRefusal(of, `golden.json: ${read.problem}`);
  const { input, raw, output } = read.value;
  const rows = input.length;
  const numbers = BELIEF_NUMBERS[manifest.layer];
  requireRows(of, "input", input, rows, inputs);
  requireRows(of, "raw", raw, rows, manifest.parts.length * RAW_SCORES[manifest.layer]);
  requireRows(of, "output", output, rows, numbers);
  const said = new Float64Array(rows * numbers).fill(NaN);
  const outcome = member.answer(Float64Array.from(input.flat()), rows, said);
  if (outcome !== "ok") throw new MemberRefusal(of, `it did not answer its golden rows (${outcome})`);
  const network = hasNetwork(manifest);
  const tolerance = network ? NETWORK_TOLERANCE : 0;
  const outputTolerance = network ? NETWORK_TOLERANCE : manifest.layer === "regime" ? REGIME_TOLERANCE : 0;
  for (let row = 0; row < rows; row += 1) {
    requireSame(of, `golden row ${row}, raw score`, member.rawOf(row), raw[row] as readonly number[], tolerance);
    const belief = said.subarray(row * numbers, (row + 1) * numbers);
    requireSame(of, `golden row ${row}, number`, belief, output[row] as readonly number[], outputTolerance);
    requireProbabilities(of, `golden row ${row}`, belief.subarray(0, PROBABILITIES[manifest.layer]));
  }
};

const requireProbabilities = (of: MemberName, what: string, said: Float64Array): void => {
  const sum = said.reduce((total, p) => total + p, 0);
  if (said.some((p) => p < 0) || Math.abs(sum - 1) > 1e-6)
    throw new MemberRefusal(of, `${what} says ${said.join(", ")}: probabilities are 0 or more and sum to 1`);
};

const requireRows = (of: MemberName, what: string, table: readonly (readonly number[])[], rows: number, width: number): void => {
  if (table.length !== rows) throw new MemberRefusal(of, `golden.json: ${what} has ${table.length} rows, not ${rows}`);
  const odd = table.find((row) => row.length !== width);
  if (odd !== undefined) throw new MemberRefusal(of, `golden.json: a row of ${what} has ${odd.length} numbers, not ${width}`);
};

const requireSame = (of: MemberName, what: string, said: Float64Array, wanted: readonly number[], tolerance: number): void => {
  for (const [i, number] of said.entries()) {
    if (!Number.isFinite(number)) throw new MemberRefusal(of, `${what} ${i} is not finite`);
    const golden = wanted[i] as number;
    if (!(Math.abs(number - golden) <= tolerance)) throw new MemberRefusal(of, `${what} ${i} is ${number}, not ${golden}`);
  }
};
