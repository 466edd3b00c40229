import { forestPart } from "../../../models/trained/forest.ts";
import { linearFlaw, linearPart } from "../../../models/trained/linear.ts";
import type { Part } from "../../../models/trained/part.ts";
import { joined } from "../../../models/trained/part.ts";
import { RAW_SCORES, rulePart } from "../../../models/trained/trainedMember.ts";
import { parseTrees, TreesError } from "../../../models/trained/treesFile.ts";
import type { Artefact } from "./artefact.ts";
import { linearSchema, parsed } from "./manifest.ts";
import { MemberRefusal } from "./memberName.ts";

const TREES = "trees.bin";
const LINEAR = "linear.json";

/** A network of an artefact, served elsewhere; `inputs`: numbers of an input, all bars of the window. */
export type NetworkOf = (artefact: Artefact, file: string, inputs: number) => Part;

/** The parts of a member over inputs of so many numbers. Throws a `MemberRefusal`. */
export const partsOf = (artefact: Artefact, inputs: number, networkOf: NetworkOf): Part[] => {
  const { of, manifest } = artefact;
  const forests = lazily(() => forestsOf(artefact, inputs));
  const models = lazily(() => linearOf(artefact, inputs));
  const outputs = RAW_SCORES[manifest.layer];
  return manifest.parts.map((part, index) => {
    const made = (): Part => {
      if (part.kind === "rule") return rulePart(manifest.layer);
      if (part.kind === "network") return networkOf(artefact, namedFile(artefact, part.file), inputs);
      const [wanted, there] = part.kind === "trees" ? [part.forests, forests()] : [part.models, models()];
      const missing = wanted.find((at) => there[at] === undefined);
      if (missing !== undefined) throw new MemberRefusal(of, `part ${index} names ${part.kind} ${missing}, and there are ${there.length}`);
      return joined(wanted.map((at) => there[at] as Part));
    };
    const result = made();
    if (result.outputs !== outputs) throw new MemberRefusal(of, `part ${index} gives ${result.outputs} raw scores, not ${outputs}`);
    return result;
  });
};

const lazily = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

const namedFile = ({ of, files }: Artefact, name: string): string => {
  if (!files.has(name)) throw new MemberRefusal(of, `it needs ${name}, which its manifest does not name`);
  return name;
};

const forestsOf = (artefact: Artefact, inputs: number): Part[] => {
  try {
    return parseTrees(artefact.files.get(namedFile(artefact, TREES)) as Uint8Array, inputs).map(forestPart);
  } catch (error) {
    if (error instanceof TreesError) throw new MemberRefusal(artefact.of, `${TREES}: ${error.message}`);
    throw error;
  }
};

const linearOf = (artefact: Artefact, inputs: number): Part[] => {
  const text = Buffer.from(artefact.files.get(namedFile(artefact, LINEAR)) as Uint8Array).toString("utf8");
  const read = parsed(linearSchema, text);
  if ("problem" in read) throw new MemberRefusal(artefact.of, `${LINEAR}: ${read.problem}`);
  return read.value.models.map((model, index) => {
    const flaw = linearFlaw(model, inputs);
    if (flaw !== null) throw new MemberRefusal(artefact.of, `${LINEAR}: model ${index}: ${flaw}`);
    return linearPart(model);
  });
};
