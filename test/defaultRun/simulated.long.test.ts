import { describe, it } from "vitest";
import { expectHealthyDefault, sharesOf } from "./shares.ts";

describe("the default run on the simulator's default year", () => {
  it("trades on most days, both ways, and uses every way out", async () => {
    expectHealthyDefault(await sharesOf({ simulate: true }));
  });
});
