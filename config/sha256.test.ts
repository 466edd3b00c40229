import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { configSchema } from "./schema.ts";
import type { RiposteConfig } from "./schema.ts";
import { canonicalJson, configSha256, withoutPlace } from "./sha256.ts";

/** What was hashed before there were trained members. */
const without = ({ name: _, runs: _runs, report, ...config }: Omit<RiposteConfig, "models">): object => ({
  ...config,
  report: { decisions: report.decisions },
  data: withoutPlace(config.data),
});

describe("configSha256", () => {
  it("does not depend on the order of keys", () => {
    const a = configSchema.parse({ name: "a", simulate: { seed: 1, days: 2 }, signal: { options: { x: 1, y: [1, 2] } } });
    const b = configSchema.parse({ signal: { options: { y: [1, 2], x: 1 } }, simulate: { days: 2, seed: 1 }, name: "a" });
    expect(configSha256(a)).toBe(configSha256(b));
    expect(configSha256(a)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("changes with any leaf, and with the order of an array", () => {
    const hashes = [{}, { simulate: { seed: 2 } }, { symbols: ["A1", "B1"] }, { symbols: ["B1", "A1"] }, { risk: null }].map((values) =>
      configSha256(configSchema.parse(values)),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("does not change with the place of the data, whose own hash tells what they are", () => {
    const hashOf = (data: object): string => configSha256(configSchema.parse({ data }));
    const places = [{}, { dir: "elsewhere" }, { store: "questdb" }, { questdb: { host: "server", httpPort: 9001 } }];
    expect(new Set(places.map(hashOf)).size).toBe(1);
    expect(hashOf({ market: "spot" })).not.toBe(hashOf({}));
    expect(hashOf({ warmUp: false })).not.toBe(hashOf({}));
    expect(hashOf({ warmUpDaysMin: 40 })).not.toBe(hashOf({}));
    expect(hashOf({ warmUpDaysMin: 0 })).toBe(hashOf({}));
  });

  it("changes with who is to serve, and not with where members lie, or with the setting where rules alone serve", () => {
    const hashOf = (models: object): string => configSha256(configSchema.parse({ models }));
    const { models: _, ...before } = configSchema.parse({});
    const unset = createHash("sha256")
      .update(canonicalJson(without(before)))
      .digest("hex");
    expect([hashOf({}), hashOf({ dir: "elsewhere" })]).toEqual([unset, unset]);
    const served = [
      { serve: { signal: "x@1" } },
      { serve: { signal: "x@2" } },
      { serve: { regime: "promoted" } },
      { swaps: ["2023-07-01:signal=x@1"] },
    ];
    expect(new Set([unset, ...served.map(hashOf)]).size).toBe(5);
    expect(hashOf({ dir: "a", serve: { signal: "x@1" } })).toBe(hashOf({ dir: "b", serve: { signal: "x@1" } }));
  });

  it("does not change with the name of the run, with where and how many runs are kept, or with targets", () => {
    const hashes = [
      {},
      { name: "wider" },
      { runs: { keep: 5 } },
      { runs: { dir: "elsewhere" } },
      { report: { targets: { sharpe: 2 } } },
    ].map((values) => configSha256(configSchema.parse(values)));
    expect(new Set(hashes).size).toBe(1);
  });

  it("writes the text that is hashed", () => {
    expect(canonicalJson({ b: [{ d: null, c: 1.5 }], a: "x" })).toBe('{"a":"x","b":[{"c":1.5,"d":null}]}');
  });
});
