import type { Difference } from "./compare.ts";
import { differenceOf } from "./compare.ts";
import type { MakeVenue } from "./desk.ts";
import { deskOf } from "./desk.ts";
import { oracleOf } from "./oracle/oracle.ts";
import type { Scenario, Sent, Step } from "./scenario.ts";

/** Steps and requests that are tried to leave out, at most. */
const TRIES = 2000;

const replayed = (scenario: Scenario, makeVenue?: MakeVenue): Difference | null =>
  differenceOf(
    deskOf(scenario, (at) => (scenario.steps[at] as Step).sent, makeVenue),
    oracleOf(scenario),
  );

/**
 * The smallest scenario found that still shows a difference: the steps up to the first one, without every step and request that can be left
 * out. Leaving out changes what the rest does, so it may end at another difference than it began with.
 */
export const shrunk = (scenario: Scenario, makeVenue?: MakeVenue): { readonly scenario: Scenario; readonly difference: Difference } => {
  const first = replayed(scenario, makeVenue);
  if (first === null) throw new Error("the scenario shows no difference");
  let best = { scenario: prefixOf(scenario, first), difference: first };
  let tries = 0;
  const isBetter = (steps: readonly Step[]): boolean => {
    tries += 1;
    const tried = { ...best.scenario, steps };
    const difference = tries > TRIES ? null : replayed(tried, makeVenue);
    if (difference === null) return false;
    best = { scenario: prefixOf(tried, difference), difference };
    return true;
  };
  for (let before = -1; before !== sizeOf(best.scenario) && tries < TRIES;) {
    before = sizeOf(best.scenario);
    for (let many = best.scenario.steps.length >> 1; many >= 1; many >>= 1)
      for (let at = best.scenario.steps.length - many; at >= 0; at -= many) isBetter(best.scenario.steps.toSpliced(at, many));
    for (let at = best.scenario.steps.length - 1; at >= 0; at -= 1)
      for (let i = (best.scenario.steps[at]?.sent.length ?? 0) - 1; i >= 0; i -= 1) {
        const step = best.scenario.steps[at];
        if (step !== undefined) isBetter(best.scenario.steps.with(at, { ...step, sent: step.sent.toSpliced(i, 1) }));
      }
  }
  return best;
};

const prefixOf = (scenario: Scenario, { step }: Difference): Scenario => ({ ...scenario, steps: scenario.steps.slice(0, step + 1) });
const sizeOf = ({ steps }: Scenario): number => steps.reduce((sum, { sent }) => sum + 1 + sent.length, 0);

/** A scenario as a person reads it: bars in ticks and lots, and what is sent before each. */
export const inWords = ({ seed, family, instruments, options, steps }: Scenario): string =>
  [
    `seed ${seed}, ${family}; ${JSON.stringify(options)}`,
    ...instruments.map(({ symbol, tickSize, lotSize }) => `${symbol}: tick ${tickSize}, lot ${lotSize}`),
    ...steps.flatMap(({ instrument, sent, settlements, bar: { openTimeMs, open, high, low, close, volumeLots } }) => [
      ...settlements.map((settlement) => `  settled ${JSON.stringify(settlement)}`),
      ...sent.map((each) => `  send ${sentInWords(each)}`),
      `bar ${instrument} ${new Date(openTimeMs).toISOString().slice(5, 16)} ${open} ${high} ${low} ${close} volume ${volumeLots}`,
    ]),
  ].join("\n");

const USUAL: Readonly<Record<string, unknown>> = {
  priceTicks: 0,
  triggerTicks: 0,
  callbackFraction: 0,
  timeInForce: "GTC",
  reduceOnly: false,
  closePosition: false,
  expiresAtMs: Infinity,
};
const UNTOLD = new Set(["planId", "reason", "instrument", "decidedAtMs"]);

const sentInWords = (sent: Sent): string => {
  if (!("order" in sent)) return `cancel ${sent.cancelId}`;
  const told = Object.entries(sent.order).filter(([name, value]) => !UNTOLD.has(name) && USUAL[name] !== value);
  return JSON.stringify(Object.fromEntries(told));
};
