import { UserError } from "../src/domain/units.ts";
import type { RiposteConfig } from "./schema.ts";

/**
 * Throws a `UserError` naming every setting that only the simulated venue may run with: entries without protection, a
 * risk rule switched off, a halt that clears by itself.
 */
export const assertSafeForLive = (config: RiposteConfig): void => {
  const unsafe = [
    ...(config.protection === "required" ? [] : ["protection must be required"]),
    ...(config.risk === null ? ["risk must not be null"] : switchedOff(config.risk, "risk")),
    ...(config.risk === null || config.risk.system.resume === "person" ? [] : ["risk.system.resume must be person"]),
  ];
  if (unsafe.length > 0) throw new UserError(`not safe on a real venue: ${unsafe.join("; ")} (profile live has it right)`);
};

const switchedOff = (limits: object, path: string): string[] =>
  Object.entries(limits).flatMap(([key, limit]: [string, unknown]) => {
    if (limit === null) return [`${path}.${key} must not be null`];
    return typeof limit === "object" ? switchedOff(limit, `${path}.${key}`) : [];
  });
