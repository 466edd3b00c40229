import { Chance } from "../chance.ts";
import { Bars, FAMILIES } from "./bars.ts";
import type { MakeVenue, Market } from "./desk.ts";
import { deskOf } from "./desk.ts";
import type { Lived, Scenario, ScenarioBar, Sent, Settlement } from "./scenario.ts";
import type { Temperament } from "./trader.ts";
import { Trader } from "./trader.ts";
import { instrumentOf, optionsOf } from "./venues.ts";

const FROM_MS = Date.UTC(2024, 0, 1);
const BARS = 250;

/** A scenario and how the desk lived it. */
interface Recorded {
  readonly scenario: Scenario;
  readonly lived: readonly Lived[];
}

/** The scenario of a seed: market and venue are drawn, then a trader who hears the desk sends requests, which are written down. */
export const recorded = (seed: number, makeVenue?: MakeVenue): Recorded => {
  const chance = new Chance(seed * 7919 + 1);
  const family = FAMILIES[seed % FAMILIES.length] as (typeof FAMILIES)[number];
  const options = optionsOf(chance);
  const count = chance.of(0.2) ? 2 : 1;
  const temper = temperOf(chance);
  const traded = Array.from({ length: count }, (_, index) => {
    const { instrument, startTicks } = instrumentOf(chance, index);
    const usualLots = Math.ceil(options.startUsdt / (startTicks * instrument.tickSize * instrument.lotSize)) * chance.pick([1, 10, 100]);
    return {
      instrument,
      bars: new Bars(chance, family, startTicks, usualLots, FROM_MS),
      trader: new Trader(chance, instrument, temper, options.startUsdt),
    };
  });
  const steps = Array.from({ length: BARS * count }, (_, at) => {
    const { bars } = traded[at % count] as (typeof traded)[number];
    const bar = bars.next();
    return {
      instrument: at % count,
      settlements: chance.of(0.04) ? [settlementOf(chance, bar, traded[at % count]?.instrument.tickSize ?? 1)] : [],
      bar,
    };
  });
  // With holes two instruments would drift apart: the line is in time order.
  steps.sort((a, b) => a.bar.openTimeMs - b.bar.openTimeMs || a.instrument - b.instrument);
  const market: Market = { seed, family, instruments: traded.map(({ instrument }) => instrument), options, steps };
  const sent: (readonly Sent[])[] = [];
  const lived = deskOf(
    market,
    (at, before) => {
      const last = steps[at - 1];
      const asked =
        last === undefined
          ? []
          : (traded[last.instrument] as (typeof traded)[number]).trader.decide(
              before[at - 1] as Lived,
              last.bar.close,
              last.bar.openTimeMs + 60_000,
            );
      sent.push(asked);
      return asked;
    },
    makeVenue,
  );
  return { scenario: { ...market, steps: steps.map((step, at) => ({ ...step, sent: sent[at] as readonly Sent[] })) }, lived };
};

const settlementOf = (chance: Chance, bar: ScenarioBar, tickSize: number): Settlement => ({
  timeMs: bar.openTimeMs - chance.pick([0, 0, 1, 30_000]) + chance.pick([0, 0, 0, 90_000]),
  rate: chance.int(-300, 300) / 100_000,
  markPrice: chance.of(0.5) ? NaN : Number((bar.open * tickSize * (1 + chance.int(-10, 10) / 1000)).toPrecision(10)),
});

/** Who holds large positions with no stop in reach: the exchange closes them. */
const HOLDER: Temperament = { busy: 0.05, leverages: [2, 3, 5], sizes: [60, 95], fractions: [0.9, 1.2], distances: [0, 0.002] };

const temperOf = (chance: Chance): Temperament => (chance.of(0.15) ? HOLDER : activeOf(chance));

const activeOf = (chance: Chance): Temperament => ({
  busy: chance.pick([0.15, 0.3, 0.5, 0.7]),
  leverages: chance.pick([[1], [2, 5], [3, 4, 8], [20], [5, 10, 50], [50, 100, 125], [125]]),
  sizes: chance.pick([
    [1, 5],
    [5, 10, 30],
    [40, 90],
    [1, 99, 120],
  ]),
  fractions: chance.pick([
    [0.0005, 0.001, 0.002, 0.005],
    [0.005, 0.015, 0.025],
    [0.005, 0.015],
    [0.01, 0.02, 0.03, 0.07],
    [0.0004999999, 0.00333, 0.00777, 0.5],
    [0.004, 0.0123456789, 1.2],
  ]),
  distances: chance.pick([
    [0, 0, 0.001],
    [0.0005, 0.001, 0.003],
    [0.002, 0.005, 0.01],
    [0.005, 0.02, 0.05],
  ]),
});
