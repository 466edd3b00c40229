import type { NetworkOf } from "../../store/models/parts.ts";
import { MemberRefusal } from "../../store/models/memberName.ts";

/** Serves the networks of members. There is no runtime for them yet. */
export const networkOf: NetworkOf = ({ of }, file) => {
  throw new MemberRefusal(of, `${file} is a network, and this version serves trees and linear models only`);
};
