import { describe, expect, it } from "vitest";
import { progressMeter } from "./progress.ts";

const recorder = (isTty: boolean) => {
  const state = { nowMs: 0, text: "", columns: 200 };
  const meter = progressMeter({
    isTty,
    get columns() {
      return state.columns;
    },
    write: (text) => (state.text += text),
    nowMs: () => state.nowMs,
  });
  return { state, meter, lines: () => state.text.split("\n").filter((line) => line !== "") };
};

describe("progressMeter on a terminal", () => {
  it("redraws one line at most every 100 ms, with rate and time left, and ends it", () => {
    const { state, meter } = recorder(true);
    meter.update("replay", 0, 4000);
    for (state.nowMs = 10; state.nowMs <= 1000; state.nowMs += 10) meter.update("replay", state.nowMs, 4000);
    const drawn = state.text.split("\r").length - 1;
    expect(drawn).toBeGreaterThan(5);
    expect(drawn).toBeLessThanOrEqual(11);
    expect(state.text).toContain(
      "replay ██████░░░░░░░░░░░░░░░░░░  25 % (1 k of 4 k, 1 k/s, 3 s left)".replaceAll("1 k", "1.00 k").replace("4 k", "4.00 k"),
    );
    expect(state.text).not.toContain("\n");
    meter.update("replay", 4000, 4000);
    meter.update("replay", 4000, 4000);
    expect(state.text.endsWith("\n")).toBe(true);
    expect(state.text.split("100 %").length).toBe(2);
  });

  it("keeps within the width, and takes the bar away before other text", () => {
    const { state, meter } = recorder(true);
    state.columns = 40;
    meter.update("a rather long label for such a narrow window", 1, 3);
    expect(state.text.replaceAll(/\r|\u001b\[2K/g, "").length).toBeLessThan(40);
    meter.clear();
    expect(state.text.endsWith("\r\u001b[2K")).toBe(true);
    const before = state.text;
    meter.clear();
    expect(state.text).toBe(before);
  });

  it("survives an empty piece of work", () => {
    const { state, meter } = recorder(true);
    meter.update("nothing", 0, 0);
    expect(state.text).toContain("100 % (0 of 0)");
  });
});

describe("progressMeter elsewhere", () => {
  it("writes a line for every 10 % but at most one in 5 s", () => {
    const { state, meter, lines } = recorder(false);
    for (let second = 0; second <= 100; second++) {
      state.nowMs = second * 1000;
      meter.update("download", second, 100);
    }
    expect(lines()).toHaveLength(10);
    expect(lines().at(-1)).toContain("100 %");
    expect(state.text).not.toContain("\r");
  });

  it("is silent about short work", () => {
    const { state, meter } = recorder(false);
    for (let done = 0; done <= 100; done++) {
      state.nowMs = done * 10;
      meter.update("quick", done, 100);
    }
    expect(state.text).toBe("");
  });

  it("begins anew with another label", () => {
    const { state, meter, lines } = recorder(false);
    meter.update("a", 0, 10);
    state.nowMs = 6000;
    meter.update("a", 5, 10);
    state.nowMs = 7000;
    meter.update("b", 5, 10);
    expect(lines()).toHaveLength(1);
    state.nowMs = 12_000;
    meter.update("b", 9, 10);
    expect(lines()[1]).toMatch(/^b .*90 %/);
  });
});
