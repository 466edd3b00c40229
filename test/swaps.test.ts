import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WindowMember } from "../models/windowMember.ts";
import { verifyMember } from "../src/store/models/verifyMember.ts";
import type { DrawnMember } from "./trained/member.ts";
import { saidOf, signalMember, writeMember, SHIPPED_RULES } from "./trained/member.ts";
import type { SwappedRun } from "./trained/swapLine.ts";
import { SWAP_COLUMNS, SWAP_SET, swappedRun } from "./trained/swapLine.ts";

const SWAPS = 1000;

describe("a thousand swaps", () => {
  const drawn: Readonly<Record<string, DrawnMember>> = {
    "one@1": signalMember("one", SWAP_COLUMNS),
    "two@1": signalMember("two", SWAP_COLUMNS, { seed: 2 }),
  };
  let dir: string;
  let members: WindowMember[];
  let run: SwappedRun;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "riposte-swaps-"));
    for (const each of Object.values(drawn)) writeMember(dir, each, SWAP_SET);
    const options = { dir, set: SWAP_SET, rules: SHIPPED_RULES, embedding: 0, networkOf: () => expect.unreachable() };
    members = Object.keys(drawn).map((member) => verifyMember({ layer: "signal", member }, options).member);
    run = await swappedRun(members, 1, SWAPS, 4096);
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  it("lose no bar, and every bar is said by the member whose turn it is, as its formula says", () => {
    expect(run.bars).toHaveLength(1440);
    expect(run.faults).toBe(0);
    for (const [at, { member, fallback, row, said }] of run.bars.entries()) {
      if (at < 300 && member === "silent") expect(fallback).toBe("unknown feature");
      else expect(said).toEqual(saidOf(drawn[member] as DrawnMember, row).output);
    }
    const spoke = run.bars.slice(400, 400 + SWAPS).map(({ member }) => member);
    expect(spoke).toEqual(Array.from({ length: SWAPS }, (_, i) => (i % 2 === 0 ? "two@1" : "one@1")));
    expect(new Set(run.bars.slice(300, 400).map(({ member }) => member))).toEqual(new Set(["one@1"]));
  });

  it.each([1, 7])("come out the same in bursts of %i", async (burst) => {
    expect((await swappedRun(members, 1, SWAPS, burst)).sha256).toBe(run.sha256);
  });
});
