import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { UserError } from "../src/domain/units.ts";
import { DEFAULT_LIMITS } from "../src/risk/limits.ts";
import type { RiskLimits } from "../src/risk/limits.ts";
import { DEFAULT_VENUE } from "../src/venues/simulated/options.ts";
import type { SimulatedVenueOptions } from "../src/venues/simulated/options.ts";
import { loadConfig, profileNames } from "./load.ts";
import type { ConfigSources } from "./load.ts";
import { layerOf } from "./layers.ts";
import { allNodes } from "./paths.ts";
import type { RiposteConfig } from "./schema.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-config-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const load = async (sources: Partial<ConfigSources> = {}): Promise<RiposteConfig> =>
  (await loadConfig({ defaultProfile: "research", env: {}, ...sources })).config;
const fileOf = async (content: unknown): Promise<string> => {
  const path = join(folder, "config.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};
const refusal = async (sources: Partial<ConfigSources>): Promise<UserError> => {
  const error: unknown = await load(sources).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).not.toContain("\n");
  return error as UserError;
};

describe("the host of QuestDB", () => {
  it.each(["localhost", "127.0.0.1", "questdb", "db_1.example.com", "::1", "fe80::1%eth0", "::ffff:127.0.0.1"])(
    "may be %s",
    async (host) => {
      expect((await load({ env: { RIPOSTE_DATA_QUESTDB_HOST: host } })).data.questdb.host).toBe(host);
    },
  );
  it.each(["http://127.0.0.1", "127.0.0.1:9000", "db/path", "[::1]", "", "a b"])("is not %j", async (host) => {
    const { message } = await refusal({ env: { RIPOSTE_DATA_QUESTDB_HOST: host === "" ? " " : host } });
    expect(message).toMatch(/data\.questdb\.host must be a host name or address alone.*data\.questdb\.httpPort/);
  });
});

describe("defaults and profiles", () => {
  it("are the shipped ones; research resumes by itself, live waits for a person", async () => {
    const research = await load();
    expect(research.venue).toEqual(DEFAULT_VENUE);
    expect(research.risk).toEqual({ ...DEFAULT_LIMITS, system: { ...DEFAULT_LIMITS.system, resume: "nextDay" } });
    const live = await load({ defaultProfile: "live" });
    expect(live.risk).toEqual(DEFAULT_LIMITS);
    expect(live.protection).toBe("required");
    expect((await profileNames()).sort()).toEqual(["ai", "live", "research"]);
  });

  it("have the types of the rooms that use them", () => {
    expectTypeOf<RiposteConfig["risk"]>().toExtend<RiskLimits | null>();
    expectTypeOf<RiskLimits | null>().toExtend<RiposteConfig["risk"]>();
    expectTypeOf<RiposteConfig["venue"]>().toExtend<SimulatedVenueOptions>();
    expectTypeOf<SimulatedVenueOptions>().toExtend<RiposteConfig["venue"]>();
  });

  it("takes the profile from flag, then environment, then command; refuses unknown ones", async () => {
    const env = { RIPOSTE_PROFILE: "live" };
    expect((await loadConfig({ defaultProfile: "research", env })).profile).toBe("live");
    expect((await loadConfig({ defaultProfile: "live", profile: "research", env })).profile).toBe("research");
    const wrong = await refusal({ profile: "reserch" });
    expect(wrong.message).toContain("there is no profile reserch (did you mean research?)");
    expect(wrong.exitCode).toBe(2);
    expect((await refusal({ profile: "../../package" })).message).toContain("(there are: ");
  });
});

describe("precedence", () => {
  it("is flag > environment > file > profile > default, each leaf by itself", async () => {
    const file = await fileOf({ venue: { startUsdt: 1, latencyMs: 1, slippageFraction: 0.1 }, risk: { system: { resume: "person" } } });
    const env = { RIPOSTE_VENUE_STARTUSDT: "2", RIPOSTE_VENUE_LATENCYMS: "2", RIPOSTE_SIMULATE_SEED: "2" };
    const flags = [layerOf("--seed 3", ["simulate", "seed"], "3", 2)];
    const config = await load({ file, env, flags, set: ["venue.startUsdt=4"] });
    expect(config.venue.startUsdt).toBe(4);
    expect(config.venue.latencyMs).toBe(2);
    expect(config.venue.slippageFraction).toBe(0.1);
    expect(config.simulate.seed).toBe(3);
    expect(config.simulate.days).toBe(365);
    expect(config.risk?.system.resume).toBe("person");
  });

  it("lays later --set over earlier ones, and a part over null", async () => {
    expect((await load({ set: ["simulate.seed=1", "simulate.seed=9"] })).simulate.seed).toBe(9);
    expect((await load({ set: ["risk=null"] })).risk).toBeNull();
    const again = await load({ set: ["risk=null", "risk.day.maxEntries=3"] });
    expect(again.risk).toEqual({ ...DEFAULT_LIMITS, day: { ...DEFAULT_LIMITS.day, maxEntries: 3 } });
  });

  it("drops the options of a module that another one replaces", async () => {
    const file = await fileOf({ signal: { module: "./a.ts", options: { fast: 1 } } });
    expect((await load({ file, set: ["signal.options.slow=2"] })).signal).toEqual({ module: "./a.ts", options: { fast: 1, slow: 2 } });
    const flags = [layerOf("--signal ./b.ts", ["signal", "module"], "./b.ts", 2)];
    expect((await load({ file, flags, set: ["signal.options.slow=2"] })).signal).toEqual({ module: "./b.ts", options: { slow: 2 } });
  });

  it("reads RIPOSTE_CONFIG; --config wins", async () => {
    const file = await fileOf({ name: "fromFile" });
    expect((await load({ env: { RIPOSTE_CONFIG: file } })).name).toBe("fromFile");
    await expect(load({ env: { RIPOSTE_CONFIG: file }, file: join(folder, "none.json") })).rejects.toThrow(/none\.json does not exist/);
  });
});

describe("--set and environment are typed by the schema", () => {
  it.each([
    ["risk.day.maxLossFraction=0.01", (c: RiposteConfig) => c.risk?.day.maxLossFraction, 0.01],
    ["risk.day.maxLossFraction=1e-2", (c: RiposteConfig) => c.risk?.day.maxLossFraction, 0.01],
    ["risk.day.maxLossFraction=null", (c: RiposteConfig) => c.risk?.day.maxLossFraction, null],
    ["venue.funding=false", (c: RiposteConfig) => c.venue.funding, false],
    ["name=007", (c: RiposteConfig) => c.name, "007"],
    ["from=1672531200000", (c: RiposteConfig) => c.from, "1672531200000"],
    ["from=null", (c: RiposteConfig) => c.from, null],
    ["symbols=BTCUSDT,ETHUSDT", (c: RiposteConfig) => c.symbols, ["BTCUSDT", "ETHUSDT"]],
    ['symbols=["BTCUSDT"]', (c: RiposteConfig) => c.symbols, ["BTCUSDT"]],
    ["line.timeframes=", (c: RiposteConfig) => c.line.timeframes, []],
    ["signal.options.fast=20", (c: RiposteConfig) => c.signal.options, { fast: 20 }],
    ["signal.options.mode=slow", (c: RiposteConfig) => c.signal.options, { mode: "slow" }],
    ["signal.options.a.b=true", (c: RiposteConfig) => c.signal.options, { a: { b: true } }],
    ['signal.options={"x":[1]}', (c: RiposteConfig) => c.signal.options, { x: [1] }],
    ["venue.fillOn=book", (c: RiposteConfig) => c.venue.fillOn, "book"],
    ["venue.fillOn.BTCUSDT=trades", (c: RiposteConfig) => c.venue.fillOn, { BTCUSDT: "trades" }],
    ['venue.fillOn={"BTCUSDT":"book","default":"bars"}', (c: RiposteConfig) => c.venue.fillOn, { BTCUSDT: "book", default: "bars" }],
    ['data={"dir":"d=e"}', (c: RiposteConfig) => c.data.dir, "d=e"],
  ])("--set %s", async (assignment, pick, value) => {
    expect(pick(await load({ set: [assignment] }))).toEqual(value);
  });

  it("maps every key to a variable and ignores empty and foreign ones", async () => {
    const env = {
      RIPOSTE_RISK_DAY_MAXLOSSFRACTION: "0.01",
      RIPOSTE_RISK_DAY_MAXENTRIES: "null",
      RIPOSTE_NAME: "",
      RIPOSTE_DEBUG: "1",
      RIPOSTE_PYTHON: "/usr/bin/python3",
      HOME: "x",
    };
    const config = await load({ env });
    expect(config.risk?.day).toEqual({ maxLossFraction: 0.01, maxEntries: null, maxConsecutiveLosses: 8, maxVenueRefusals: 3 });
    expect(config.name).toBe("default");
  });

  it("pollutes no prototype", async () => {
    const config = await load({ set: ["signal.options.__proto__.polluted=1"] });
    for (const target of [{}, config.signal.options]) expect(target["polluted"]).toBeUndefined();
  });
});

describe("refusals are one line that names source, key and remedy", () => {
  it.each<[string, Partial<ConfigSources>, RegExp, 1 | 2]>([
    [
      "nested unknown key",
      { set: ["risk.day.maxLosFraction=1"] },
      /^--set risk\.day\.maxLosFraction=1: there is no key .* \(did you mean maxLossFraction\?\)$/,
      2,
    ],
    ["key of another place", { set: ["maxEntries=1"] }, /did you mean risk\.day\.maxEntries\?/, 2],
    ["unlike any key", { set: ["line.zzzzzz=1"] }, /there is no key line\.zzzzzz \(keys of line: burstEvents, timeframes\)/, 2],
    ["a key below a leaf", { set: ["simulate.seed.x=1"] }, /there is no key simulate\.seed\.x/, 2],
    ["no value", { set: ["simulate.seed"] }, /give key=value/, 2],
    ["no key", { set: ["=1"] }, /give key=value/, 2],
    ["not a number", { set: ["simulate.seed=abc"] }, /simulate\.seed must be a number, got "abc"/, 2],
    ["NaN", { set: ["simulate.days=NaN"] }, /must be a number, got "NaN"/, 2],
    ["hexadecimal", { set: ["simulate.seed=0x10"] }, /must be a number/, 2],
    ["broken number", { set: ["simulate.seed=1.5"] }, /must be a whole number, got 1\.5/, 2],
    ["null where it may not be", { set: ["simulate.seed=null"] }, /must be a number, got "null"/, 2],
    ["too large", { set: ["line.burstEvents=4097"] }, /line\.burstEvents must be at most 4096, got 4097/, 2],
    ["not above", { set: ["venue.startUsdt=0"] }, /venue\.startUsdt must be at least 1, got 0/, 2],
    ["the base time frame", { set: ["line.timeframes=1m"] }, /time frame "1m" is that of the bars themselves; give longer ones/, 2],
    ["a time frame twice", { set: ["line.timeframes=5m,60m,1h"] }, /line\.timeframes must not name the same one twice/, 2],
    ["a percentage for a fraction", { set: ["risk.day.maxLossFraction=2"] }, /must be at most 1, got 2/, 2],
    ["one of", { set: ["protection=off"] }, /protection must be required or none, got "off"/, 2],
    ["one of, or by name", { set: ["venue.fillOn=boks"] }, /: venue\.fillOn must be bars or trades or book, or an object, got "boks"$/, 2],
    ["neither", { set: ["venue.fillOn=5"] }, /: venue\.fillOn must be bars or trades or book, or an object, got 5$/, 2],
    ["by name", { set: ["venue.fillOn.BTCUSDT=boks"] }, /: venue\.fillOn\.BTCUSDT must be bars or trades or book, got "boks"$/, 2],
    [
      "by a name that is no symbol's",
      { set: ["venue.fillOn.BTCUSD=book"] },
      /^config: venue\.fillOn names BTCUSD, which is not among the symbols of the run \(did you mean BTCUSDT\?\)$/,
      1,
    ],
    ["by a name like no symbol's", { set: ["venue.fillOn.X=book"] }, /venue\.fillOn names X, .* \(symbols: BTCUSDT\)$/, 1],
    [
      "marks where only bars fill",
      { set: ["venue.fillOn.BTCUSDT=bars", "venue.fillOn.default=book", "venue.triggerBy=mark"] },
      /bars know the last price only$/,
      1,
    ],
    [
      "a queue where nothing fills on trades",
      { set: ["symbols=BTCUSDT,ETHUSDT", "venue.fillOn.BTCUSDT=book", "venue.queueAheadUsdt=1"] },
      /venue\.queueAheadUsdt is for venue\.fillOn trades, not book or bars$/,
      1,
    ],
    ["boolean", { set: ["venue.funding=yes"] }, /must be a boolean, got "yes"/, 2],
    ["time", { set: ["from=2023-02-30"] }, /from: time "2023-02-30" does not exist/, 2],
    ["time frame", { set: ["line.timeframes=7m"] }, /line\.timeframes\.0: time frame "7m"/, 2],
    ["twice the same", { set: ["symbols=BTCUSDT,BTCUSDT"] }, /symbols must not name the same one twice/, 2],
    ["symbol", { set: ["symbols=btcusdt"] }, /symbols\.0 must be a symbol in upper case, e\.g\. BTCUSDT, got "btcusdt"/, 2],
    ["symbol that is a path", { set: ["symbols=../X"] }, /must be a symbol/, 2],
    ["no symbol", { set: ["symbols=[]"] }, /symbols must not be empty/, 2],
    ["range", { set: ["from=2024-01-01", "to=2023-01-01"] }, /from is after to/, 2],
    ["pair", { set: ["risk.shock.maxVolatilityRatio=1.5"] }, /clearVolatilityRatio 2 must not be above maxVolatilityRatio 1\.5/, 1],
    ["unknown variable", { env: { RIPOSTE_RISK_DAY_MAXLOSFRACTION: "1" } }, /did you mean RIPOSTE_RISK_DAY_MAXLOSSFRACTION\?/, 1],
    ["value of a variable", { env: { RIPOSTE_SIMULATE_SEED: "x" } }, /^RIPOSTE_SIMULATE_SEED: simulate\.seed must be a number/, 1],
  ])("%s", async (_name, sources, message, exitCode) => {
    const error = await refusal(sources);
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(exitCode);
  });

  it.each<[string, unknown, RegExp]>([
    ["unknown key", { symbol: ["BTCUSDT"] }, /config file .*config\.json: there is no key symbol \(did you mean symbols\?\)/],
    ["nested unknown key", { risk: { sytem: {} } }, /there is no key risk\.sytem \(did you mean system\?\)/],
    ["several problems, the mistyped key first", { symbols: 1, risk: { day: { maxEntrys: 1 } } }, /risk\.day\.maxEntrys .*\(and 1 more\)$/],
    ["number as text", { simulate: { seed: "1" } }, /simulate\.seed must be a number, got "1"/],
    ["object where text belongs", { data: { dir: {} } }, /data\.dir must be a string, got \{\}/],
    ["syntax", '{\n  "name": "a",,\n}', /is not JSON at line 2, column 15; comments/],
    ["empty", "", /is not JSON at line 1, column 1/],
    ["cut off", '{"name": "a"', /is not JSON at line 1, column 13/],
    ["array", [], /must hold one JSON object/],
  ])("config file: %s", async (_name, content, message) => {
    const error = await refusal({ file: await fileOf(content) });
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(1);
  });

  it("names a missing file and a folder", async () => {
    expect((await refusal({ file: join(folder, "no.json") })).message).toMatch(/no\.json does not exist/);
    expect((await refusal({ file: folder })).message).toMatch(/is a folder/);
  });
});

it("refuses nonsense of every number, with its bound, whichever side it lies on", async () => {
  const numbers = allNodes().filter(({ type }) => type === "number");
  expect(numbers.length).toBeGreaterThan(30);
  for (const { path } of numbers) {
    const key = path.join(".");
    for (const value of ["1e300", "-1e300", "1e15"]) {
      if (key === "simulate.seed" && value === "1e15") continue; // a seed may be any whole number
      const error = await refusal({ set: [`${key}=${value}`] });
      expect(error.message).toMatch(/ must be (at least|at most|above|below) -?[\d.]+, got /);
      expect(error.exitCode).toBe(2);
    }
  }
});

it.each([
  ["venue.startUsdt=1e300", "venue.startUsdt must be at most 1000000000, got 1e+300"],
  ["venue.slippageFraction=0.99", "venue.slippageFraction must be at most 0.1, got 0.99"],
  ["venue.latencyMs=946080000000", "venue.latencyMs must be at most 3600000, got 946080000000"],
])("--set %s names the bound", async (assignment, message) => {
  expect((await refusal({ set: [assignment] })).message).toBe(`--set ${assignment}: ${message}`);
});

it("ships an .env.example whose variables all name settings", async () => {
  const text = await readFile(new URL("../.env.example", import.meta.url), "utf8");
  const entries = [...text.matchAll(/^#?(RIPOSTE_\w+)=(.*)$/gm)].map(([, name = "", value]): [string, string | undefined] => [name, value]);
  const env = Object.fromEntries(entries.filter(([name]) => name !== "RIPOSTE_CONFIG"));
  expect(entries.length).toBeGreaterThan(8);
  expect(await load({ env })).toMatchObject({ symbols: ["BTCUSDT", "ETHUSDT"], risk: { day: { maxLossFraction: 0.02 } } });
});
