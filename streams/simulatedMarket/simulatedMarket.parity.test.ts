import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { KLINE_COLUMNS } from "../../src/domain/kline.ts";
import { DEFAULT_MARKET } from "../simulatedMarket.ts";
import { marketColumns } from "./marketColumns.ts";

test("the market's bits are the same on every machine and Node version", () => {
  const hash = createHash("sha256");
  const options = { ...DEFAULT_MARKET, symbols: ["BTCUSDT", "XRPUSDT"], days: 30 };
  for (const edge of ["none", "regimes", { kind: "planted", strength: 0.2 }] as const)
    for (const index of [0, 1]) {
      const columns = marketColumns({ ...options, edge, gapsPerDay: 1, zeroVolumeFraction: 0.001 }, index);
      for (const name of KLINE_COLUMNS) hash.update(columns[name]);
      hash.update(Float64Array.from(columns.funding, (event) => event.rate));
    }
  expect(hash.digest("hex")).toBe("f5b7bbf3b52976767c154ec3e12a7010c878564c2c6835636c9f23b7e8d11305");
});
