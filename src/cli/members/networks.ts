import { NetworkPart } from "../../../models/runtime/networkPart.ts";
import type { Part } from "../../../models/trained/part.ts";
import { RAW_SCORES } from "../../../models/trained/trainedMember.ts";
import { UserError } from "../../domain/units.ts";
import { MemberRefusal } from "../../store/models/memberName.ts";
import type { NetworkOf } from "../../store/models/parts.ts";

/** Serves the networks of members, each by a thread of its own that starts with the first question. */
export const networkOf: NetworkOf = ({ of, manifest, files }, file, inputs): Part => {
  const { layer, window } = manifest;
  try {
    return new NetworkPart(files.get(file) as Uint8Array, { window, width: inputs / window, outputs: RAW_SCORES[layer] });
  } catch (error) {
    if (error instanceof UserError) throw new MemberRefusal(of, error.message);
    throw error;
  }
};
