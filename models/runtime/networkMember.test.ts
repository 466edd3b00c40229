import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import type { NetworkManifest, NetworkMember } from "./networkMember.ts";
import { networkMember } from "./networkMember.ts";

/** In place of onnxruntime: each output is the sum of a row's numbers. */
const library = fileURLToPath(new URL("./fixtures/unrulyLibrary.cjs", import.meta.url));
const modelOf = (outputs: number): Uint8Array => new TextEncoder().encode(JSON.stringify({ outputs }));
const MANIFEST: NetworkManifest = {
  ...{ layer: "pattern", name: "net", version: "3", columns: ["a", "b"], beliefs: [], masks: {}, window: 2, embedding: ["one"] },
};

const members: NetworkMember[] = [];
afterEach(async () => {
  for (const member of members.splice(0)) await member.close();
});
const made = (more: Partial<NetworkManifest>, outputs = 3, options: Parameters<typeof networkMember>[2] = {}): NetworkMember => {
  const member = networkMember({ ...MANIFEST, ...more }, modelOf(outputs), { library, ...options });
  members.push(member);
  return member;
};
const infer = (member: NetworkMember, input: readonly number[], rows: number, numbers: number) => {
  const out = new Float64Array(rows * numbers);
  const unready = new Array<string>(rows).fill("");
  expect(member.infer(Float64Array.from(input), rows, out, unready), member.problem).toBe("ok");
  return { out: Array.from(out), unready };
};

describe("a member that is one network", () => {
  it("of L2 says its raw scores as they are", () => {
    const member = made({});
    expect(member).toMatchObject({ name: "net@3", window: 2, features: ["a", "b"], beliefs: [], embedding: ["one"] });
    expect(infer(member, [1, 2, 3, 4, 10, 20, 30, 40], 2, 3)).toEqual({ out: [10, 10, 10, 100, 100, 100], unready: ["", ""] });
  });

  it("rounds its input to float32, as a dataset holds it", () => {
    expect(infer(made({}), [0.1, 0, 0, 0], 1, 3).out[0]).toBe(Math.fround(0.1));
  });

  it("checks masks at every bar of the window and does not show them to the network", () => {
    const member = made({ masks: { mask_funding: 1, mask_trades: 0 }, beliefs: ["regime"] });
    expect(member.features).toEqual(["a", "b", "mask_funding", "mask_trades"]);
    const bar = (funding: number, trades: number): number[] => [1, 2, funding, trades, 0.25, 0.75, 0, 0, 0, 0, 0];
    const input = [...bar(1, 0), ...bar(1, 0), ...bar(0, 0), ...bar(1, 0), ...bar(1, 0), ...bar(1, 1)];
    expect(infer(member, input, 3, 3)).toEqual({ out: new Array(9).fill(8), unready: ["", "mask_funding", "mask_trades"] });
  });

  it("reads as many numbers of a belief as the line has", () => {
    const member = made({ beliefs: ["regime", "pattern"], columns: ["a"], window: 1, layer: "signal" }, 2, {
      lineEmbedding: 4,
      belief: { numbers: 3, of: (raw, at, out, to) => out.set([raw[at] as number, -(raw[at + 1] as number), 1], to) },
    });
    expect(infer(member, [1, ...new Array<number>(7).fill(1), ...new Array<number>(6).fill(2)], 1, 3).out).toEqual([20, -20, 1]);
  });

  it.each(["regime", "signal"] as const)("of the %s layer needs a calibration", (layer) => {
    expect(() => made({ layer })).toThrow(`${layer} member net@3: its raw scores are no belief without a calibration`);
  });
});
