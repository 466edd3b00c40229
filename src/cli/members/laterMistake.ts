import { UserError } from "../../domain/units.ts";
import { placeIn, shownFile, usersFrames } from "./modulePlace.ts";

/** Errors that a run has reported. When CommonJS throws during its import, Node also rejects a promise of its own with the same error. */
export const toldErrors = new WeakSet<Error>();

/** An error in a promise or callback that nothing awaits: a module's mistake, or a bug of the program, which is passed on as it is. */
export const laterMistake = (error: Error): Error => {
  const [frame] = usersFrames(error);
  if (frame === undefined) return error;
  return new UserError(`module ${shownFile(frame.path)} failed outside of its functions: ${error.message}${placeIn(frame.path, error)}`);
};
