import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { verifyMember } from "../src/store/models/verifyMember.ts";
import { signalMember, writeMember, SHIPPED_RULES } from "./trained/member.ts";
import { SWAP_COLUMNS, SWAP_SET, swappedRun } from "./trained/swapLine.ts";

it("a thousand swaps hold no more memory than a hundred, and 5 %", async () => {
  const dir = mkdtempSync(join(tmpdir(), "riposte-swaps-"));
  try {
    const options = { dir, set: SWAP_SET, rules: SHIPPED_RULES, embedding: 0, networkOf: () => expect.unreachable() };
    const members = ["one", "two"].map((name, i) => {
      writeMember(dir, signalMember(name, SWAP_COLUMNS, { seed: i }), SWAP_SET);
      return verifyMember({ layer: "signal", member: `${name}@1` }, options).member;
    });
    await swappedRun(members, 1, 1000, 7); // the compiler and the heap settle
    const [early = 0, late = Infinity] = (await swappedRun(members, 1, 1000, 7)).rss;
    console.log(`resident after 100 swaps ${(early / 1e6).toFixed(1)} MB, after 1,000 ${(late / 1e6).toFixed(1)} MB`);
    expect(late).toBeLessThanOrEqual(early * 1.05);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
