import { NO_LIMITS } from "./limits.ts";

/** Rules without a limit of their own, which another setting switches. */
const SWITCHES: Readonly<Record<string, string>> = {
  "data.gap": "data.healthyMs",
  "data.stream": "data.healthyMs",
  "data.book": "data.healthyMs",
};

/** A rule without the symbol that some of its causes name. */
export const ruleName = (rule: string): string => rule.split(" ")[0] as string;

/**
 * The setting that switches a rule of the gate off, as `--set` takes it: `risk.day.maxEntries=null`. Null where no setting does: rules
 * that always hold, and a person's commands.
 */
export const liftingSetting = (rule: string): string | null => {
  const name = SWITCHES[ruleName(rule)] ?? ruleName(rule);
  const [tier = "", limit = ""] = name.split(".");
  const limits = (NO_LIMITS as unknown as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>)[tier];
  return limits !== undefined && Object.hasOwn(limits, limit) && limits[limit] === null ? `risk.${name}=null` : null;
};
