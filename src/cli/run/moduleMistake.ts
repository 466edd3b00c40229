import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { RiposteConfig } from "../../../config/schema.ts";
import { StepError } from "../../../operators/stepOperator.ts";
import type { Event } from "../../domain/event.ts";
import { formatUtc } from "../../domain/time.ts";
import { UserError } from "../../domain/units.ts";
import { isModulePath } from "../members/userModule.ts";

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
  return new UserError(`${operator} module ${module} failed ${when}: ${reasonOf(cause)}${lineIn(module, cause)}`);
};

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** Where in the user's file it happened, if it happened there: ` (line 12)`. */
const lineIn = (module: string, cause: unknown): string => {
  const frames = cause instanceof Error ? (cause.stack ?? "").split("\n") : [];
  const frame = isModulePath(module) ? frames.find((text) => text.includes(pathToFileURL(resolve(module)).pathname)) : undefined;
  const line = /:(\d+):\d+\)?$/.exec(frame ?? "")?.[1];
  return line === undefined ? "" : ` (line ${line})`;
};
