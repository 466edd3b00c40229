import { describe, expect, it } from "vitest";
import { configOf, configOptions } from "./configOptions.ts";
import { parseCommandLine } from "./frame/commandLine.ts";

const OPTIONS = configOptions("symbol", "from", "to", "seed", "days", "burst", "signal", "data", "market");
const configFrom = (args: string[], env: Record<string, string> = {}) =>
  configOf(parseCommandLine("probe", OPTIONS, args).options, { env });

describe("configOptions", () => {
  it("lists the general options and the named ones, each with its key", () => {
    expect(Object.keys(configOptions("seed"))).toEqual(["config", "profile", "set", "seed"]);
    expect(configOptions("seed")["seed"]?.help).toMatch(/\[simulate\.seed\]$/);
    expect(configOptions("seed")["seed"]).not.toHaveProperty("key");
  });
});

describe("configOf", () => {
  it("takes swaps, which have commas of their own, from --set and from the environment", async () => {
    const swaps = ["2023-07-01:regime=a@1,signal=b@1", "2023-10-01T06:00Z:signal=byRegime", "1698796800000:regime=rule"];
    const text = `models.swaps=${swaps.join(",")}`;
    expect((await configFrom(["--set", text])).config.models.swaps).toEqual(swaps);
    expect((await configFrom(["--set", `models.swaps=${JSON.stringify(swaps)}`])).config.models.swaps).toEqual(swaps);
    expect((await configFrom([], { RIPOSTE_MODELS_SWAPS: swaps.join(", ") })).config.models.swaps).toEqual(swaps);
  });

  it("puts options over the environment, and --set over both", async () => {
    const { config, profile } = await configFrom(
      [
        "--symbol",
        "BTCUSDT,ETHUSDT",
        "--symbol=SOLUSDT",
        "--from",
        "2023-01-01",
        "--burst",
        "7",
        "--set",
        "line.burstEvents=8",
        "--data=d",
      ],
      { RIPOSTE_SYMBOLS: "XRPUSDT", RIPOSTE_SIMULATE_SEED: "5", RIPOSTE_LINE_BURSTEVENTS: "9" },
    );
    expect(config.symbols).toEqual(["BTCUSDT", "ETHUSDT", "SOLUSDT"]);
    expect(config).toMatchObject({ from: "2023-01-01", line: { burstEvents: 8 }, simulate: { seed: 5 }, data: { dir: "d" } });
    expect(profile).toBe("research");
  });

  it.each([
    [["--seed", "abc"], /^--seed abc: simulate\.seed must be a number, got "abc"$/],
    [["--burst", "0"], /^--burst 0: line\.burstEvents must be at least 1, got 0$/],
    [["--from", "2023"], /^--from 2023: from: time "2023" is too short/],
    [["--symbol", "btc"], /^--symbol btc: symbols\.0 must be a symbol in upper case/],
    [["--market", "coin"], /^--market coin: data\.market must be um or spot or simulated, got "coin"$/],
    [["--from", "2024-01-01", "--to", "2023-01-01"], /from is after to/],
    [["--set", "sed=1"], /there is no key sed/],
  ])("refuses %j with exit 2", async (args, message) => {
    await expect(configFrom(args)).rejects.toMatchObject({ message: expect.stringMatching(message) as string, exitCode: 2 });
  });
});
