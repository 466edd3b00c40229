import { existsSync, readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { networkMember } from "../models/runtime/networkMember.ts";
import { NETWORK } from "./windowNetwork.ts";

const threads = (): number => (existsSync("/proc/self/task") ? readdirSync("/proc/self/task").length : 0);
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Memory of the process without garbage; shared memory goes with the second collection. */
const keptBytes = (): number => {
  collect();
  collect();
  return process.memoryUsage.rss();
};

it("50 threads one after the other leave no thread and no memory behind", async () => {
  const input = Float64Array.from(NETWORK.golden.input.flat());
  const serve = async (): Promise<void> => {
    const member = networkMember(NETWORK.manifest, NETWORK.model);
    expect(member.infer(input, 32, new Float64Array(32 * 4), new Array<string>(32).fill(""))).toBe("ok");
    await member.close();
  };
  for (let i = 0; i < 10; i += 1) await serve();
  const before = { threads: threads(), bytes: keptBytes() };
  for (let i = 0; i < 50; i += 1) await serve();
  expect(threads()).toBeLessThanOrEqual(before.threads + 1);
  expect((keptBytes() - before.bytes) / 1e6).toBeLessThan(40);
});
