import { UserError } from "../../domain/units.ts";

const SAFE_NAME = /^[\p{L}\p{N}_-]{1,40}$/u;

/** A symbol or market that may become a folder's name; anything else is a user error (no path can leave the store). */
export const checkedName = (value: string, what: string): string => {
  if (!SAFE_NAME.test(value)) throw new UserError(`${what} "${value}" is not a name of letters and digits`, 2);
  return value;
};
