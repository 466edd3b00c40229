import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { backfillCommand } from "../../src/cli/backfill.ts";
import { describeShared, sharedData } from "../sharedData.ts";
import { expectHealthyLayers, LAYERED } from "./layered.ts";
import { quiet, sharesOf } from "./shares.ts";

describeShared("the four shipped layers on real BTCUSDT", () => {
  let data: string;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "riposte-layered-data-"));
    await backfillCommand.run(
      { data, archive: sharedData("archive"), market: "spot", symbol: "BTCUSDT", interval: "1m", kinds: "klines,funding" },
      quiet,
    );
  });
  afterAll(() => rm(data, { recursive: true }));

  it.each([
    ["2023", { from: "2023-01-01" }],
    ["2022", { to: "2023-01-01" }],
  ])("trade on most days of %s, both ways, and use every way out", async (_, range) => {
    expectHealthyLayers(await sharesOf({ ...LAYERED, data, ...range }));
  });
});
