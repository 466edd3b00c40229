import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectRefusal, riposte, scratchFolder } from "../cli/riposte.ts";
import type { Ended } from "../cli/riposte.ts";
import { checksumOf, klineLines, zipOf } from "../contract/archiveFiles.ts";
import { body, status, WireServer } from "../contract/wireServer.ts";

const JANUARY = Date.UTC(2023, 0);
const PATH = "futures/um/monthly/klines/AAAUSDT/1m/AAAUSDT-1m-2023-01.zip";
const NAME = basename(PATH);
const ZIP = zipOf(NAME.replace(".zip", ".csv"), klineLines(JANUARY, 200).join("\n"));
const RANGE = ["--symbol", "AAAUSDT", "--from", "2023-01-01", "--to", "2023-02-01"];
const INFO = {
  symbols: [
    {
      ...{ symbol: "AAAUSDT", contractType: "PERPETUAL", status: "TRADING", liquidationFee: "0.0125" },
      filters: [
        { filterType: "PRICE_FILTER", minPrice: "0.1", maxPrice: "1000000", tickSize: "0.25" },
        { filterType: "LOT_SIZE", minQty: "0.001", maxQty: "1000", stepSize: "0.001" },
        { filterType: "MARKET_LOT_SIZE", minQty: "0.001", maxQty: "0", stepSize: "0.001" },
        { filterType: "MIN_NOTIONAL", notional: "5" },
        { filterType: "PERCENT_PRICE", multiplierUp: "1.05", multiplierDown: "0.95", multiplierDecimal: "4" },
      ],
    },
  ],
};

let folder: string;
beforeEach(async () => {
  folder = await scratchFolder("rules-command");
  await mkdir(dirname(join(folder, "archive", PATH)), { recursive: true });
  await writeFile(join(folder, "archive", PATH), ZIP);
  await writeFile(join(folder, "archive", `${PATH}.CHECKSUM`), checksumOf(ZIP, NAME));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (...args: readonly string[]): Promise<Ended> => riposte(args, { cwd: folder });
const local = ["--archive", "archive", "--kinds", "klines"];
const backtest = ["backtest", "--data", "history", "--signal", "trend", "--regime", "none", "--pattern", "none", ...RANGE];

describe("rules that were guessed while the exchange was out", () => {
  it("are replaced by its answer at the next backfill, which has nothing else to do", async () => {
    const wire = await WireServer.start();
    try {
      wire.on(`/data/${PATH}`, body(ZIP));
      wire.on(`/data/${PATH}.CHECKSUM`, body(checksumOf(ZIP, NAME)));
      wire.on("/fapi/v1/exchangeInfo", status(404, {}, JSON.stringify({ code: 0, msg: "out" })), body(JSON.stringify(INFO)));
      const network = ["--archive-url", wire.url, "--rest-url", wire.url, "--kinds", "klines"];
      const first = await at("backfill", ...RANGE, ...network);
      expect(first).toMatchObject({ code: 0 });
      expect(first.stderr).toMatch(/the instrument rules of AAAUSDT are guessed, and asked for again by the next backfill: .*out/);
      expect(first.stdout).toContain("tick 0.01 and lot 0.001 of AAAUSDT are guessed from the decimals of its prices and quantities");
      const second = await at("backfill", ...RANGE, ...network);
      expect(second).toMatchObject({ code: 0 });
      expect(second.stdout).toContain("0 files landed");
      expect(second.stdout).toContain("the tick of AAAUSDT was 0.01 before and is 0.25 now");
      const ran = await at(...backtest);
      expect([ran.code, ran.stdout.includes("guessed")]).toEqual([0, false]);
    } finally {
      await wire.stop();
    }
  });
});

describe("a store whose rules are deleted", () => {
  it("is refused by a run with the command that heals it, and healed by that command", async () => {
    await at("backfill", ...RANGE, ...local);
    await rm(join(folder, "history/instruments"), { recursive: true });
    const refused = await at(...backtest);
    expectRefusal(refused, 1, /AAAUSDT has no instrument rules in history .*only data: AAAUSDT 2023-01-01/);
    const [, remedy = ""] = /find them again with riposte (backfill .*?) \(with --archive DIR/.exec(refused.stderr) ?? [];
    expect(await at(...remedy.split(" "), ...local)).toMatchObject({ code: 0 });
    expect(await at(...backtest)).toMatchObject({ code: 0 });
  });

  it("is refused with the same remedy where the file of its rules is damaged and was deleted as told", async () => {
    await at("backfill", ...RANGE, ...local);
    const file = join(folder, "history/instruments/market=um/symbol=AAAUSDT.json");
    await writeFile(file, "[{");
    expectRefusal(
      await at(...backtest),
      1,
      /symbol=AAAUSDT\.json is damaged: .*; run riposte backfill --symbol AAAUSDT --data history again/,
    );
    await rm(file);
    await at("backfill", ...RANGE, ...local);
    expect(await at(...backtest)).toMatchObject({ code: 0 });
  });
});
