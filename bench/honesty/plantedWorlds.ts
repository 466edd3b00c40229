import { join } from "node:path";
import { UserError } from "../../src/domain/units.ts";
import type { WalkForwardRecord } from "../../src/walkForward/walkForwardRecord.ts";
import { oracleWorth } from "./oracle.ts";
import type { Check, Worlds } from "./world.ts";
import { eachWorld, inFolder, walkForwardOf } from "./world.ts";

const DAYS = 365;
/** Round trip of a maker, at which the net results are compared. */
const COST = 0.0004;
const MODEL = "lightgbm";

/** By strength of the planted edge: shares of the oracle's correlation and net result that must be found, and that are hoped for. */
const DEMANDED = [
  { strength: 0.25, ic: 0.65, net: 0.3, goalIc: 0.85, goalNet: 0.6, claims: false },
  { strength: 0.5, ic: 0.88, net: 0.7, goalIc: 0.95, goalNet: 0.85, claims: true },
] as const;

/** What LightGBM found in one world, beside the oracle that knows the planted feature. */
interface Found {
  readonly strength: number;
  readonly icShare: number;
  readonly netShare: number;
  readonly allColumnsIc: number;
  readonly chosenIc: number;
  readonly psr: number;
  readonly slope: number;
  /** Return of the whole line at taker cost, and of the rules alone. */
  readonly lineReturn: number;
}

/** Worlds of 365 days with an edge of known strength: what is there must be found. */
export const plantedWorlds = async (seeds: readonly number[], strengths: readonly number[], worlds: Worlds): Promise<Check[]> => {
  const checks: Check[] = [];
  for (const demanded of DEMANDED.filter(({ strength }) => strengths.includes(strength))) {
    const found = await eachWorld(seeds, worlds, async (seed) => {
      const result = await plantedWorld(seed, demanded.strength, worlds);
      return { result, line: `strength ${demanded.strength}, world ${seed}: ${lineOf(result)}` };
    });
    checks.push(...found.flatMap((world, at) => checksOf(world, seeds[at] as number, demanded)));
  }
  return checks;
};

const plantedWorld = (seed: number, strength: number, worlds: Worlds): Promise<Found> =>
  inFolder(`planted-${strength}-${seed}`, async (dir) => {
    const market = ["--simulate", `--seed=${seed}`, `--days=${DAYS}`, "--edge=planted", `--set=simulate.edgeStrength=${strength}`];
    const options = ["--train=180d", "--test=30d", "--judge=regime=", `--costs=${COST}`];
    const chosen = await walkForwardOf(dir, [...market, ...options, `--judge=signal=ridge,${MODEL}`, "--backtest=one"], worlds);
    const all = await walkForwardOf(
      dir,
      [...options, `--judge=signal=${MODEL}`, "--columns=all", "--backtest=none", ...market, `--dataset=${join(dir, "dataset")}`],
      worlds,
    );
    const oracle = oracleWorth(join(dir, "dataset"), { seed, days: DAYS, edge: { kind: "planted", strength } }, chosen.walk.folds, COST);
    if (!(oracle.net > 0)) throw new UserError(`world ${seed}: the oracle itself earns nothing, and shares of it say nothing`);
    const { labels } = chosen;
    const row = labels.find(({ model, calibrated }) => model === MODEL && calibrated);
    return {
      strength,
      icShare: icOf(chosen) / oracle.ic,
      netShare: ((row?.meanNet ?? 0) * (row?.trades ?? 0)) / oracle.net,
      allColumnsIc: icOf(all),
      chosenIc: icOf(chosen),
      psr: row?.verdict.psr ?? NaN,
      slope: chosen.walk.signal[MODEL]?.["BTCUSDT"]?.slope.value ?? NaN,
      lineReturn: chosen.backtests[0]?.totalReturn ?? NaN,
    };
  });

const icOf = ({ walk }: WalkForwardRecord): number => walk.signal[MODEL]?.["BTCUSDT"]?.directionalIc.value ?? NaN;

const lineOf = (found: Found): string =>
  `${found.icShare.toFixed(2)} of the oracle's IC, ${found.netShare.toFixed(2)} of its net; IC ${found.chosenIc.toFixed(3)}, of all columns ${found.allColumnsIc.toFixed(3)}; ` +
  `PSR ${found.psr.toFixed(2)}, slope ${found.slope.toFixed(2)}, whole line ${(found.lineReturn * 100).toFixed(1)} %`;

const checksOf = (found: Found, seed: number, demanded: (typeof DEMANDED)[number]): Check[] => {
  const { strength, ic, net, goalIc, goalNet, claims } = demanded;
  const of = `strength ${strength}, world ${seed}:`;
  return [
    { holds: found.icShare >= ic, text: `${of} ${found.icShare.toFixed(2)} of the oracle's IC (${ic} or more, goal ${goalIc})` },
    { holds: found.netShare >= net, text: `${of} ${found.netShare.toFixed(2)} of its net at 4 bp (${net} or more, goal ${goalNet})` },
    {
      holds: found.chosenIc > found.allColumnsIc,
      text: `${of} chosen columns beat all: IC ${found.chosenIc.toFixed(3)} and ${found.allColumnsIc.toFixed(3)}`,
    },
    ...(claims
      ? [
          { holds: found.psr >= 0.95, text: `${of} PSR ${found.psr.toFixed(2)} (.95 or more)` },
          { holds: found.slope >= 0.7 && found.slope <= 1.3, text: `${of} slope ${found.slope.toFixed(2)} (.7 to 1.3)` },
          {
            holds: found.lineReturn > 0,
            text: `${of} the whole line at taker cost earns ${(found.lineReturn * 100).toFixed(1)} % (above 0)`,
          },
        ]
      : []),
  ];
};
