import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DrawnMember } from "../../../test/trained/member.ts";
import { filesOf, regimeMember, saidOf, SHIPPED_RULES, signalMember, writeFiles, writeMember } from "../../../test/trained/member.ts";
import { rngOf } from "../../../models/trained/fixtures/rng.ts";
import { MemberRefusal } from "./memberName.ts";
import { verifyMember } from "./verifyMember.ts";
import type { VerifyOptions } from "./verifyMember.ts";

const shaOf = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
const column = (name: string, formula = `the formula of ${name}`) => ({ name, formula });
const SET = { columns: ["one", "two", "three", "mask_funding"].map((name) => column(name)) } as unknown as VerifyOptions["set"];
const COLUMNS = ["one", "three", "two"];

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "riposte-members-"));
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const options = (more: Partial<VerifyOptions> = {}): VerifyOptions => ({
  ...{ dir, set: SET, embedding: 2, rules: SHIPPED_RULES },
  networkOf: () => {
    throw new Error("no network here");
  },
  ...more,
});

const refusal = (of: DrawnMember, rules: VerifyOptions["rules"]): string => {
  writeMember(dir, of, SET);
  try {
    verifyMember({ layer: of.layer, member: `${of.name}@1` }, options({ rules }));
  } catch (error) {
    if (error instanceof MemberRefusal) return error.message;
    throw error;
  }
  return "";
};

describe("the rules that a member was trained with", () => {
  const parts: Partial<DrawnMember> = { rule: true, parts: ["rule", ...signalMember("own", COLUMNS).parts], weights: [0.5, 0.25, 0.25] };
  const own = signalMember("own", COLUMNS, parts);
  const behind = signalMember("behindRule", COLUMNS, { beliefs: ["regime"], upstreams: { regime: { member: "rule", sha256: null } } });
  it.each([
    ["L1 reads its own", regimeMember("reads", COLUMNS), "regime", "./mine.ts", "rule"],
    ["L3 reads its own", own, "signal", "trend", "byRegime"],
    ["the rule of L3 stands behind that of L1", own, "regime", "./mine.ts", "rule"],
    ["the rule of L3 stands behind that of L2", own, "pattern", "none", "geometry"],
    ["L3 stands behind that of L1", behind, "regime", "./rule.ts", "rule"],
  ] as const)("are the shipped ones without options: %s", (_, of, layer, module, wanted) => {
    expect(refusal(of, SHIPPED_RULES)).toBe("");
    const told = (stands: string): string =>
      `${of.layer} member ${of.name}@1: it was trained with the shipped ${layer} rule ${wanted}, and the line has ${stands}`;
    expect(refusal(of, { ...SHIPPED_RULES, [layer]: { module, options: {} } })).toBe(told(module));
    expect(refusal(of, { ...SHIPPED_RULES, [layer]: { module: wanted, options: { hours: 3 } } })).toBe(
      told(`${wanted} with options of its own`),
    );
  });

  it("do not matter to one that reads none", () => {
    const other = { module: "./mine.ts", options: {} };
    expect(refusal(signalMember("free", COLUMNS), { regime: other, pattern: other, signal: other })).toBe("");
  });

  it("must serve where the rule of L3 is read, though L3 reads no belief", () => {
    writeMember(dir, own, SET);
    const { member } = verifyMember({ layer: "signal", member: "own@1" }, options());
    expect(member.upstreams).toEqual({ regime: "rule", pattern: "geometry" });
  });
});

describe("a trained member that is as its manifest says", () => {
  it.each([
    ["linear and trees of L3", signalMember("a", COLUMNS)],
    [
      "with what L1 and L2 said",
      signalMember("b", COLUMNS, {
        beliefs: ["regime", "pattern"],
        embedding: 2,
        upstreams: { regime: { member: "rule", sha256: null }, pattern: { member: "geometry", sha256: null } },
      }),
    ],
    [
      "with its own rule as a part",
      signalMember("c", COLUMNS, { rule: true, parts: ["rule", ...signalMember("c", COLUMNS).parts], weights: [0.5, 0.25, 0.25] }),
    ],
    ["of L1, the rule among its parts", regimeMember("d", COLUMNS)],
  ])("speaks, and says what the formulas say: %s", (_, drawn) => {
    writeMember(dir, drawn, SET);
    const { member } = verifyMember({ layer: drawn.layer, member: `${drawn.name}@1` }, options());
    const { input } = JSON.parse(String(filesOf(drawn, SET).contents["golden.json"])) as { input: number[][] };
    const width = input[0]?.length ?? 0;
    const rng = rngOf(5);
    // Doubles that are no float32: the member rounds them.
    const rows = Array.from({ length: 200 }, () => Array.from({ length: width }, () => Math.abs(rng.normal()) / 2));
    const numbers = drawn.layer === "regime" ? 7 : 6;
    const out = new Float64Array(rows.length * numbers);
    expect(member.infer(Float64Array.from(rows.flat()), rows.length, out, [])).toBe("ok");
    const wanted = rows.flatMap((row) => saidOf(drawn, row).output);
    for (const [i, number] of out.entries())
      expect(Math.abs(number - (wanted[i] as number))).toBeLessThanOrEqual(drawn.layer === "regime" ? 1e-15 : 0);
  });

  it("does not see its masks, and is not ready where one has another value", () => {
    const drawn = signalMember("masked", COLUMNS, { masks: { mask_funding: 1 } });
    writeMember(dir, drawn, SET);
    const { member } = verifyMember({ layer: "signal", member: "masked@1" }, options());
    expect(member.features).toEqual([...COLUMNS, "mask_funding"]);
    const [row, unready, out] = [[0.5, -0.25, 1], ["", ""], new Float64Array(12)];
    member.infer(Float64Array.from([...row, 1, ...row, 0]), 2, out, unready);
    expect(unready).toEqual(["", "mask_funding"]);
    expect(Array.from(out.subarray(0, 6))).toEqual(saidOf(drawn, row).output);
  });
});

/** A folder with one thing in it that is not as it was, and the words that the refusal must hold. */
type Mutation = (files: ReturnType<typeof filesOf>, folder: string) => void;
type Manifest = ReturnType<typeof filesOf>["manifest"] & Record<string, unknown>;
const inManifest =
  (edit: (manifest: Manifest) => void): Mutation =>
  ({ manifest, contents }, folder) => {
    edit(manifest);
    writeFiles(folder, manifest, contents);
  };
const inFile =
  (name: string, edit: (content: Buffer) => string | Uint8Array): Mutation =>
  ({ manifest, contents }, folder) => {
    const content = edit(Buffer.from(contents[name] as string));
    const edited = Object.assign(manifest, { files: { ...manifest.files, [name]: { bytes: content.length, sha256: shaOf(content) } } });
    writeFiles(folder, edited, { ...contents, [name]: content });
  };
const json =
  (edit: (value: never) => void) =>
  (content: Buffer): string => {
    const value: unknown = JSON.parse(content.toString());
    edit(value as never);
    return JSON.stringify(value);
  };
const replaced = (from: string, to: string) => (_: unknown, folder: string) => {
  const path = join(folder, "manifest.json");
  writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
};

interface Linear {
  readonly models: { readonly columns: number[]; readonly intercept: number[] }[];
}
interface Golden {
  readonly input: number[][];
  readonly raw: number[][];
}

const MUTATIONS: readonly (readonly [what: string, mutate: Mutation, message: RegExp])[] = [
  ["an edited manifest", replaced('"seed": 1', '"seed": 2'), /manifest\.json was changed: its SHA-256 is not that of manifest\.sha256$/],
  ["a manifest without its hash", (_, folder) => rmSync(join(folder, "manifest.sha256")), /manifest\.sha256 is missing$/],
  ["a hash that is none", (_, folder) => writeFileSync(join(folder, "manifest.sha256"), "yes\n"), /manifest\.sha256 is no SHA-256/],
  ["no manifest", (_, folder) => rmSync(join(folder, "manifest.json")), /manifest\.json is missing$/],
  ["a key that there is not", inManifest((m) => void (m["more"] = 1)), /manifest\.json: .*more/],
  [
    "another layer",
    inManifest((m) => Object.assign(m, { layer: "pattern" })),
    /manifest\.json: layer must be regime or signal: this version/,
  ],
  ["another format", inManifest((m) => void (m.format = 2)), /manifest\.json: format /],
  ["the name of another", inManifest((m) => void (m.name = "b")), /its manifest is that of signal member b@1$/],
  ["another version", inManifest((m) => void (m.version = "2")), /its manifest is that of signal member a@2$/],
  ["weights of another sum", inManifest((m) => void (m.weights = [0.5, 0.75])), /must have weights of sum 1/],
  ["a weight too few", inManifest((m) => void (m.weights = [1])), /must have a weight a part/],
  [
    "calibrated on three blocks",
    inManifest((m) => Object.assign(m.calibration, { blocks: 3 })),
    /calibrated on 3 blocks, and serving needs 4$/,
  ],
  [
    "probabilities that fall",
    inManifest((m) => Object.assign(m.calibration, { long: { intercept: 0, slope: 1, net: [0, 1], probability: [0.5, 0.4] } })),
    /calibration\.long\.probability must never fall/,
  ],
  [
    "another calibration than the goldens'",
    inManifest((m) => Object.assign(m.calibration, { long: { intercept: 0, slope: 1, net: [0], probability: [0.5] } })),
    /golden row 0, number 0 is .* not /,
  ],
  [
    "a feature that there is not",
    inManifest((m) => void (m.columns = ["one", "three", "four"])),
    /it reads four, and there is no such feature$/,
  ],
  ["features of another formula", inManifest((m) => void (m.schemaSha256 = shaOf("x"))), /it was trained on other features/],
  ["columns in another order", inManifest((m) => void (m.columns = ["one", "two", "three"])), /it was trained on other features/],
  [
    "a part that needs no file there",
    inManifest((m) => void (m.parts[1] = { kind: "trees", library: "x", forests: [2] })),
    /part 1 names trees 2, and there are 2$/,
  ],
  [
    "a part of too few scores",
    inManifest((m) => void (m.parts[1] = { kind: "trees", library: "x", forests: [0] })),
    /part 1 gives 1 raw scores, not 2$/,
  ],
  ["a rule that it does not read", inManifest((m) => void (m.parts[1] = { kind: "rule" })), /must read the rule that is one of its parts/],
  [
    "a file's changed byte",
    (_, folder) => {
      const path = join(folder, "trees.bin");
      const b = readFileSync(path);
      b[200]! ^= 1;
      writeFileSync(path, b);
    },
    /trees\.bin was changed: its SHA-256/,
  ],
  [
    "a file cut short",
    (_, folder) => {
      const path = join(folder, "trees.bin");
      writeFileSync(path, readFileSync(path).subarray(0, 100));
    },
    /trees\.bin has 100 bytes, not the /,
  ],
  ["a missing file", (_, folder) => rmSync(join(folder, "linear.json")), /linear\.json is missing$/],
  [
    "a missing card",
    inManifest((m) => void delete (m.files as Record<string, unknown>)["card.md"]),
    /holds card\.md, which its manifest does not name$/,
  ],
  [
    "an unknown file",
    (_, folder) => writeFileSync(join(folder, "run.sh"), "rm"),
    /its folder holds run\.sh, which its manifest does not name$/,
  ],
  [
    "a file out of its folder",
    inManifest((m) => void (m.files["../x"] = { bytes: 1, sha256: shaOf("x") })),
    /names \.\.\/x, which is no file of its folder$/,
  ],
  [
    "broken trees with their own hash",
    inFile("trees.bin", (b) => {
      b.writeInt32LE(99, 4);
      return b;
    }),
    /trees\.bin: forest 2: the file ends in its head$/,
  ],
  [
    "other leaves with their own hash",
    inFile("trees.bin", (b) => {
      b.writeDoubleLE(3, 48);
      return b;
    }),
    /golden row 0, raw score 2 is .*, not /,
  ],
  [
    "other weights with their own hash",
    inFile(
      "linear.json",
      json(({ models }: Linear) => void (models[0]!.intercept[0] = 0.5)),
    ),
    /golden row 0, raw score 0 is .*, not /,
  ],
  [
    "a linear model over another input",
    inFile(
      "linear.json",
      json(({ models }: Linear) => void (models[0]!.columns[0] = 3)),
    ),
    /linear\.json: model 0: a column is 3, not 0 to 2$/,
  ],
  ["linear.json that is no JSON", inFile("linear.json", () => "{"), /linear\.json: is not JSON$/],
  [
    "golden rows too few",
    inFile(
      "golden.json",
      json(({ input }: Golden) => void (input.length = 5)),
    ),
    /golden\.json: input /,
  ],
  [
    "golden rows of another width",
    inFile(
      "golden.json",
      json(({ input }: Golden) => void input[0]!.push(1)),
    ),
    /a row of input has 4 numbers, not 3$/,
  ],
  [
    "a golden number one bit away",
    inFile(
      "golden.json",
      json(({ raw }: Golden) => void (raw[7]![1]! *= 1 + 2 ** -52)),
    ),
    /golden row 7, raw score 1 is /,
  ],
  ["a training span that ends before it begins", inManifest((m) => void (m.training.toMs = 0)), /training must end after it begins/],
];

describe("a trained member that is not", () => {
  const drawn = signalMember("a", COLUMNS);
  it.each(MUTATIONS)("%s: is refused in one line that names it and says why", (_, mutate, message) => {
    writeMember(dir, drawn, SET);
    const of = { layer: "signal", member: "a@1" } as const;
    expect(verifyMember(of, options()).member.name).toBe("a@1");
    mutate(filesOf(drawn, SET), join(dir, "signal/a/1"));
    let refusal: unknown;
    try {
      verifyMember(of, options());
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(MemberRefusal);
    const text = (refusal as Error).message;
    expect(text).toMatch(/^signal member a@1: [^\n]+$/);
    expect(text).toMatch(message);
  });

  it.each([
    ["lightgbm", /^signal member lightgbm: a trained member is named NAME@VERSION/],
    ["lightgbm@03", /NAME@VERSION/],
    ["lightgbm@v3", /NAME@VERSION/],
    ["../a@1", /NAME@VERSION/],
    ["none@1", /^signal member none@1: there is no folder /],
  ])("named %s is refused", (member, message) => {
    expect(() => verifyMember({ layer: "signal", member }, options())).toThrow(message);
  });

  it("in the folder of another layer is refused", () => {
    writeMember(dir, drawn, SET);
    cpSync(join(dir, "signal/a"), join(dir, "regime/a"), { recursive: true });
    expect(() => verifyMember({ layer: "regime", member: "a@1" }, options())).toThrow(
      /^regime member a@1: its manifest is that of signal member a@1$/,
    );
  });

  it("that reads L2 where the line's says other numbers is refused", () => {
    const reading = signalMember("l2", COLUMNS, {
      beliefs: ["pattern"],
      embedding: 2,
      upstreams: { pattern: { member: "geometry", sha256: null } },
    });
    writeMember(dir, reading, SET);
    expect(() => verifyMember({ layer: "signal", member: "l2@1" }, options({ embedding: 3 }))).toThrow(
      /a row of input has 7 numbers, not 8$/,
    );
  });
});

describe("a member behind another", () => {
  const upstream = regimeMember("before", COLUMNS);
  it("names its manifest's hash; another one in its place is refused", () => {
    const sha256 = writeMember(dir, upstream, SET);
    const behind = signalMember("behind", COLUMNS, { beliefs: ["regime"], upstreams: { regime: { member: "before@1", sha256 } } });
    writeMember(dir, behind, SET);
    const of = { layer: "signal", member: "behind@1" } as const;
    const { member, upstreams } = verifyMember(of, options());
    expect(member.upstreams).toEqual({ regime: "before@1" });
    expect(upstreams.map(({ of: { member: name } }) => name)).toEqual(["before@1"]);
    writeMember(dir, { ...upstream, seed: 2 }, SET);
    expect(() => verifyMember(of, options())).toThrow(
      /^signal member behind@1: it was trained behind another regime member before@1 than the one that is there$/,
    );
    rmSync(join(dir, "regime/before"), { recursive: true });
    expect(() => verifyMember(of, options())).toThrow(/^regime member before@1: there is no folder/);
  });
});
