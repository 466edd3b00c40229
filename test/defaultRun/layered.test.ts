import { describe, it } from "vitest";
import { expectHealthyLayers, LAYERED } from "./layered.ts";
import { sharesOf } from "./shares.ts";

describe("the four shipped layers on the simulator's default year", () => {
  it("trade on most days, both ways, and use every way out", async () => {
    expectHealthyLayers(await sharesOf({ ...LAYERED, simulate: true }));
  });
});
