import { readFile } from "node:fs/promises";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import type { BeliefIdentity } from "../../store/beliefs/beliefFile.ts";
import { ACTING, beliefIdentity, identityDifference, perceivingFiles } from "./beliefIdentity.ts";

const IDENTITY: BeliefIdentity = {
  perceiving: { symbols: ["BTCUSDT"], signal: { module: "trend", options: { fastBars: 60 } } },
  perceivingSha256: "p",
  modules: { "./mine.ts": "m" },
  code: "c",
  version: "1.0.0",
  instruments: [{ symbol: "BTCUSDT" }],
  fromMs: 0,
  toMs: 1,
};

describe("identityDifference", () => {
  it("names the first thing that differs, and nothing when all is the same", () => {
    const run = (change: Partial<BeliefIdentity>): string | undefined => identityDifference(IDENTITY, { ...IDENTITY, ...change });
    expect(run({})).toBeUndefined();
    expect(run({ perceiving: { ...IDENTITY.perceiving, symbols: ["ETHUSDT"] } })).toBe(
      'were made with symbols = ["BTCUSDT"], and this run has ["ETHUSDT"]',
    );
    expect(run({ perceiving: { ...IDENTITY.perceiving, signal: { module: "trend", options: { fastBars: 61 } } } })).toBe(
      "were made with signal.options.fastBars = 60, and this run has 61",
    );
    expect(run({ perceiving: { ...IDENTITY.perceiving, warmUpBars: 5 } })).toBe("were made with warmUpBars = nothing, and this run has 5");
    expect(run({ modules: { "./mine.ts": "n" } })).toBe("were made before module ./mine.ts changed");
    expect(run({ modules: {} })).toBe("were made with module ./mine.ts, and this run has none");
    expect(run({ code: "d" })).toMatch(/other code/);
    expect(run({ version: "1.0.1" })).toBe("were made by version 1.0.0, and this is 1.0.1");
    expect(run({ instruments: [] })).toMatch(/trading rules/);
    expect(run({ toMs: 2 })).toMatch(/another span/);
  });
});

describe("beliefIdentity", () => {
  it("names the version of the library that runs networks, where a member is one, and not elsewhere", () => {
    const of = (...kinds: readonly string[]) => {
      const artefact = { of: { layer: "regime", member: "net@1" }, sha256: "s", manifest: { parts: kinds.map((kind) => ({ kind })) } };
      const data = { seed: null, instruments: [], fromMs: 0, toMs: 1 };
      const run = { config: configSchema.parse({}), data, warmUpBars: 0, layers: { trained: { verified: [{ artefact }], swaps: [] } } };
      return beliefIdentity(run as unknown as Parameters<typeof beliefIdentity>[0]).modules;
    };
    expect(of("trees", "network")).toEqual({ "regime/net@1": "s", "onnxruntime-node": "1.30.0" });
    expect(of("trees", "rule")).toEqual({ "regime/net@1": "s" });
  });
});

describe("perceivingFiles", () => {
  it("hold every layer before L4, and import nothing that only acts but for types", async () => {
    const files = perceivingFiles();
    for (const file of [
      "operators/signal.ts",
      "operators/features/featureBook.ts",
      "models/signal/trend.ts",
      "src/domain/kline.ts",
      "src/pipeline.ts",
      "models/runtime/networkThread.cjs",
      "src/store/models/parts.ts",
      "src/store/models/verifyMember.ts",
    ])
      expect(files).toContain(file);
    expect(files).not.toContain("models/position/bracket.ts");
    for (const file of files.filter((name) => name !== "src/pipeline.ts")) {
      const text = await readFile(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), "utf8");
      for (const [, specifier] of text.matchAll(/^import (?!type)[^;]*from "(\.[^"]+)";/gm))
        expect(`${file} imports ${posix.join(posix.dirname(file), specifier as string)}`).not.toMatch(
          new RegExp(` imports (?:${ACTING.source.slice(1)})`),
        );
    }
  });
});
