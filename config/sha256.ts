import { createHash } from "node:crypto";
import type { RiposteConfig } from "./schema.ts";

/**
 * SHA-256 (hex) of a config's canonical JSON: the same for equal configs, however they were put together, whatever the run is called or
 * measured against, and wherever its data and its files lie.
 */
export const configSha256 = ({ name: _, runs: _runs, report, models, ...config }: RiposteConfig): string =>
  createHash("sha256")
    .update(canonicalJson({ ...config, report: withoutTargets(report), ...servedIn(models), data: withoutPlace(config.data) }))
    .digest("hex");

const withoutTargets = ({ targets: _, ...rest }: RiposteConfig["report"]): Partial<RiposteConfig["report"]> => rest;

/** What a config says of trained members but where they lie; nothing where rules alone serve: such a config is what it was before there were any. */
export const servedIn = ({ serve, swaps, canary, shadow, test }: RiposteConfig["models"]): object => {
  const rules = [swaps, canary, shadow].every(({ length }) => length === 0) && Object.values(serve).every((member) => member === null);
  // What is not asked for is left out: hashes of before there was any stay.
  const beside = { ...(canary.length === 0 ? {} : { canary }), ...(shadow.length === 0 ? {} : { shadow, test }) };
  return rules ? {} : { models: { serve, swaps, ...beside } };
};

/** What a config says of its data but where they lie: which they are, their own hash tells. A warm-up that nobody asked for is left out, as above. */
export const withoutPlace = ({
  store: _,
  dir: _dir,
  questdb: _server,
  warmUpDaysMin,
  ...rest
}: RiposteConfig["data"]): Partial<RiposteConfig["data"]> => (warmUpDaysMin === 0 ? rest : { ...rest, warmUpDaysMin });

/** JSON without spaces and with the keys of every object sorted by code unit. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
