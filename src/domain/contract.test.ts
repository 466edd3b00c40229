import { describe, expect, it } from "vitest";
import { contractFault, dollarOf } from "./contract.ts";

describe("contractFault", () => {
  it.each(["BTCUSDT", "1000SHIBUSDT", "BTCUSDC", "ETHFDUSD", "BTCDOMUSDT", "币安人生USDT", "AAA", "BTC", "KORUUSDT"])(
    "%s can be traded",
    (symbol) => {
      expect(contractFault(symbol)).toBeNull();
      expect(contractFault(symbol, { pair: symbol, margin: 1, contractType: "PERPETUAL", marginAsset: "USDT" })).toBeNull();
    },
  );

  it.each([
    ["BTCUSD_PERP", {}, "COIN-M"],
    ["BNBUSD_PERP", {}, "COIN-M"],
    ["ETHUSD_210625", {}, "COIN-M"],
    ["BTCUSDT", { margin: 2 }, "COIN-M"],
    ["BTCUSDT_210129", {}, "dated"],
    ["BTCBUSD_210129", {}, "dated"],
    ["ETHBTC_261225", {}, "dated"],
    ["BTCUSDTQ", { pair: "BTCUSDT" }, "dated"],
    ["BTCUSDTQ", { contractType: "CURRENT_QUARTER" }, "dated"],
    ["ETHBTC", {}, "settled in BTC"],
    ["BTCEUR", {}, "settled in EUR"],
    ["ETHX", { marginAsset: "BTC" }, "settled in BTC"],
  ])("%s %j cannot: %s", (symbol, facts, reason) => {
    expect(contractFault(symbol, facts)).toMatch(new RegExp(`^${symbol} is .*${reason}`));
  });

  it.each(["PERPETUAL", "TRADIFI_PERPETUAL", "PERPETUAL_DELIVERING", ""])(
    "contract type %j is perpetual, or says nothing",
    (contractType) => {
      expect(contractFault("CLUSDT", { contractType })).toBeNull();
    },
  );
});

describe("dollarOf", () => {
  it("names what stands in for USDT", () => {
    expect(["BTCUSDT", "BTCUSDC", "ETHFDUSD", "BTCBUSD"].map(dollarOf)).toEqual([undefined, "USDC", "FDUSD", "BUSD"]);
  });
});
