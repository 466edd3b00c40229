import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { stateOf, thisProcess } from "./liveProcess.ts";

it("tells a process that runs from one that is gone, from a later one with its id, and from another machine's", () => {
  const mark = thisProcess();
  expect(stateOf(mark)).toBe("alive");
  expect(stateOf({ ...mark, pid: spawnSync(process.execPath, ["--version"]).pid })).toBe("gone");
  expect(stateOf({ ...mark, host: `${mark.host}-other` })).toBe("elsewhere");
  if (mark.startTicks !== "") expect(stateOf({ ...mark, startTicks: "1" })).toBe("gone");
});
