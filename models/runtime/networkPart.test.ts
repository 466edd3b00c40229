import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { NETWORK, REGIME_NETWORK, withWeights } from "../../test/windowNetwork.ts";
import { NetworkPart } from "./networkPart.ts";
import type { NetworkOptions } from "./networkPart.ts";
import { onnxLibrary } from "./onnxLibrary.ts";
import type { NetworkShape } from "./slots.ts";

const parts: NetworkPart[] = [];
afterEach(async () => {
  for (const part of parts.splice(0)) await part.close();
});
const partOf = (model: Uint8Array = NETWORK.model, shape: NetworkShape = NETWORK.shape, options: NetworkOptions = {}): NetworkPart => {
  const part = new NetworkPart(model, shape, options);
  parts.push(part);
  return part;
};

const { golden, shape } = NETWORK;
const scores = (part: NetworkPart, rows: readonly (readonly number[])[]): number[] => {
  const out = new Float64Array(rows.length * part.outputs);
  expect(part.scores(Float64Array.from(rows.flat()), rows.length, out), part.problem).toBe("ok");
  return Array.from(out);
};
/** A row of its own for each number. */
const drawnRow = (seed: number): number[] => {
  let state = seed + 1;
  return Array.from({ length: shape.window * shape.width }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return 4 * (state / 2_147_483_647) - 2;
  });
};

describe("a network in its thread", () => {
  it.each([
    ["L2", NETWORK],
    ["L1", REGIME_NETWORK],
  ])("gives what numpy computed of the same weights, within 1e-5, of %s", (_, { model, shape: its, golden: { input, raw } }) => {
    const actual = scores(partOf(model, its), input);
    const wanted = raw.flat();
    expect(actual).toHaveLength(wanted.length);
    expect(Math.max(...actual.map((value, at) => Math.abs(value - (wanted[at] as number))))).toBeLessThan(1e-5);
    expect(new Set(actual).size).toBeGreaterThan(100);
  });

  it("gives a row the same bits at each place of a block, whoever its neighbours are, and in batches of any size", () => {
    const part = partOf();
    for (const row of golden.input.slice(0, 6)) {
      const alone = scores(part, [row]);
      for (let place = 0; place < 8; place += 1)
        for (const more of [0, 3, 20]) {
          const neighbours = (from: number, count: number): number[][] => Array.from({ length: count }, (_, i) => drawnRow(from + i));
          const batch = [...neighbours(100 * place, place), row, ...neighbours(7000 + more, 7 - place + more)];
          expect(scores(part, batch).slice(4 * place, 4 * place + 4)).toEqual(alone);
        }
    }
  });

  it("answers more rows than one request holds, each as alone", () => {
    const part = partOf();
    const rows = Array.from({ length: 4100 }, (_, i) => drawnRow(i));
    const all = scores(part, rows);
    for (const at of [0, 7, 4088, 4095, 4096, 4099]) expect(all.slice(4 * at, 4 * at + 4)).toEqual(scores(part, [rows[at] as number[]]));
  });

  it("passes on what is no number", () => {
    expect(scores(partOf(withWeights("head_bias", NaN)), golden.input.slice(0, 2))).toEqual(Array.from({ length: 8 }, () => NaN));
  });
});

describe("a network that cannot be served", () => {
  it.each<[string, Uint8Array, NetworkShape, RegExp]>([
    ["another width than its own", NETWORK.model, { ...shape, width: 9 }, /Got: 9 Expected: 8/],
    [
      "other outputs than its own",
      NETWORK.model,
      { ...shape, outputs: 5 },
      /^it gives float32 \[8, 4\] for 8 rows, and float32 \[8, 5\] is wanted$/,
    ],
    ["a file that ends early", NETWORK.model.slice(0, 9000), shape, /./],
    ["bytes that are no model", new TextEncoder().encode("not a model"), shape, /./],
    ["nothing", new Uint8Array(0), shape, /./],
  ])("has crashed with its reason: %s", (_, model, of, reason) => {
    const part = partOf(model, of);
    const rows = Array.from({ length: 3 }, () => new Array<number>(of.window * of.width).fill(0)).flat();
    const out = new Float64Array(3 * of.outputs).fill(7);
    expect(part.scores(Float64Array.from(rows), 3, out)).toBe("crashed");
    expect(part.problem).toMatch(reason);
    expect(Array.from(new Set(out))).toEqual([7]);
  });

  it("is not started again and again", () => {
    const part = partOf(new Uint8Array(4));
    const input = new Float64Array(256);
    const asked = (): string => part.scores(input, 1, new Float64Array(4));
    expect([asked(), asked(), asked()]).toEqual(["crashed", "crashed", "crashed"]);
    const before = performance.now();
    for (let i = 0; i < 1000; i += 1) expect(asked()).toBe("crashed");
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it("without its package names the command that installs it", () => {
    const absent = (): string => {
      throw Object.assign(new Error("Cannot find module"), { code: "MODULE_NOT_FOUND" });
    };
    expect(() => onnxLibrary(absent)).toThrow(
      /^networks need the package onnxruntime-node, which is not installed: npm install .*onnxruntime-node@1\.30\.0$/,
    );
    expect(onnxLibrary()).toMatch(/onnxruntime-node/);
  });
});

describe("a thread that misbehaves", () => {
  const library = fileURLToPath(new URL("./fixtures/unrulyLibrary.cjs", import.meta.url));
  const MODEL = new TextEncoder().encode(JSON.stringify({ outputs: 1 }));
  const SMALL: NetworkShape = { window: 1, width: 2, outputs: 1 };
  const [SLOW, EXIT, FAIL, ENDLESS] = [2e6, 3e6, 4e6, 5e6];
  /** Asks for the sum of one number until it comes. */
  const untilAnswer = (ask: (first: number) => number | string): number | string => {
    let answer = ask(1);
    for (let i = 0; i < 400 && answer === "late"; i += 1) answer = ask(1);
    return answer;
  };
  const asking = (options: NetworkOptions = {}) => {
    const part = partOf(MODEL, SMALL, { library, waitMs: 20_000, ...options });
    return {
      part,
      ask: (first: number, second = 0) => {
        const out = Float64Array.of(-1);
        const outcome = part.scores(Float64Array.of(first, second), 1, out);
        return outcome === "ok" ? (out[0] as number) : outcome;
      },
    };
  };

  it("that says an error, or ends, has crashed; the next call starts another", () => {
    const { part, ask } = asking();
    expect(ask(1, 2)).toBe(3);
    expect(ask(FAIL)).toBe("crashed");
    expect(part.problem).toBe("it was told to fail");
    expect(ask(3, 4)).toBe(7);
    expect(ask(EXIT)).toBe("crashed");
    expect(part.problem).toBe("its thread ended");
    expect(ask(5, 6)).toBe(11);
    expect(part.problem).toBe("");
  });

  it("whose answer comes late is late, and that answer is nobody's", () => {
    const quick = asking({ waitMs: 100 });
    untilAnswer(quick.ask);
    expect(quick.ask(SLOW)).toBe("late");
    // The thread still has the slow one: its sum would be 2e6.
    const answers = [quick.ask(5, 5), quick.ask(6, 6), quick.ask(7, 7), quick.ask(8, 8)];
    expect(answers.filter((answer, at) => answer !== "late" && answer !== 10 + 2 * at)).toEqual([]);
    expect(untilAnswer(quick.ask)).toBe(1);
  });

  it("that never comes back costs its time-out, and is replaced after three", () => {
    const { part, ask } = asking({ waitMs: 50 });
    untilAnswer(ask);
    expect([ask(ENDLESS), ask(1), ask(1)]).toEqual(["late", "late", "late"]);
    expect(part.problem).toBe("no answer within 50 ms");
    expect(untilAnswer(ask)).toBe(1);
  });

  it("that hangs again in the thread that replaced it is not waited for any more", () => {
    const { part, ask } = asking({ waitMs: 50 });
    untilAnswer(ask);
    for (let i = 0; i < 400 && !part.trouble.includes("any more"); i += 1) ask(ENDLESS);
    expect(part.trouble).toBe("no answer within 50 ms; it is not asked any more");
    const before = performance.now();
    for (let i = 0; i < 1000; i += 1) expect(ask(1)).toBe("crashed");
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it("that is killed from outside has crashed, and the next call starts another", async () => {
    const { part, ask } = asking();
    expect(ask(1, 2)).toBe(3);
    const { thread } = part as unknown as { thread: { worker: { terminate: () => Promise<number> } } };
    await thread.worker.terminate();
    expect(ask(1, 2)).toBe("crashed");
    expect(ask(1, 2)).toBe(3);
  });
});
