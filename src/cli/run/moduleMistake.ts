import { resolve } from "node:path";
import type { RiposteConfig } from "../../../config/schema.ts";
import { StepError } from "../../../operators/stepOperator.ts";
import type { Event } from "../../domain/event.ts";
import { formatUtc } from "../../domain/time.ts";
import { UserError } from "../../domain/units.ts";
import { placeIn } from "../members/modulePlace.ts";
import { isModulePath } from "../members/moduleFiles.ts";

/**
 * What a module threw, or the system refused to a writer on the line, as one line; invariants stay what they are. `burst` is the one on
 * the line: an error knows the number of its event only.
 */
export const moduleMistake = (error: unknown, config: RiposteConfig, burst: readonly Event[]): unknown => {
  if (!(error instanceof StepError)) return error;
  const { cause, operator, seq } = error;
  if (cause instanceof UserError) return cause;
  if (operator !== "regime" && operator !== "pattern" && operator !== "signal" && operator !== "position") return error;
  const { module } = config[operator];
  const timeMs = burst.find((event) => event.seq === seq)?.knownAtMs;
  const when = timeMs === undefined ? "in init" : `at the bar that closed at ${formatUtc(timeMs)}`;
  return new UserError(
    `${operator} module ${module} failed ${when}: ${reasonOf(cause)}${isModulePath(module) ? placeIn(resolve(module), cause) : ""}`,
  );
};

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
