import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { formatUtc } from "../../domain/time.ts";
import { TickCheck } from "../../domain/tickCheck.ts";
import { UserError } from "../../domain/units.ts";
import { guessText, offTickText } from "../../store/rules/rulesText.ts";
import type { RunData } from "./runData.ts";

/**
 * The same data, whose prices are compared with the ticks of its instruments as they pass: bars and trades between the ticks are counted
 * and become warnings at the end, a price below one tick is a `UserError`. Guessed rules are a warning from the start.
 */
export const tickChecked = (data: RunData): RunData => {
  const { instruments } = data;
  let checks: readonly TickCheck[] = [];
  return {
    ...data,
    events: () => {
      checks = instruments.map(({ tickSize }) => new TickCheck(tickSize));
      return checked(data.events(), instruments, checks);
    },
    get warnings() {
      const guessed = instruments.filter(({ source }) => source === "guessed");
      return [
        ...data.warnings,
        ...guessed.map((instrument) => `The ${guessText(instrument, checks[instrument.index]?.ofRows ?? 0)}.`),
        ...checks.flatMap((check, index) => offTick(instruments[index] as Instrument, check)),
      ];
    },
  };
};

async function* checked(
  bursts: AsyncIterable<readonly Event[]>,
  instruments: readonly Instrument[],
  checks: readonly TickCheck[],
): AsyncGenerator<readonly Event[], void, undefined> {
  for await (const burst of bursts) {
    for (const event of burst) checks[event.instrument]?.add(event);
    for (const [index, { belowTick }] of checks.entries())
      if (belowTick !== null) throw tooCoarse(instruments[index] as Instrument, belowTick);
    yield burst;
  }
}

const offTick = ({ symbol, tickSize, source }: Instrument, { offTick: off }: TickCheck): readonly string[] =>
  off === null ? [] : [`${offTickText(symbol, { ...off, tickSize })}: ${WHY[source]}.`];

const AGAIN = "what fewer than one row of a hundred of a day needs is no tick; if more do, import them again (riposte backfill --force)";
const WHY: Readonly<Record<Instrument["source"], string>> = {
  exchange: "the exchange has, or had, another tick than its rules say now",
  simulator: "they are not from the simulator whose rules these are",
  standIn: AGAIN,
  guessed: AGAIN,
};

const tooCoarse = ({ symbol, tickSize, source }: Instrument, { price, timeMs }: NonNullable<TickCheck["belowTick"]>): UserError => {
  const remedy =
    source === "guessed" || source === "standIn"
      ? "run its backfill again with --force"
      : "choose a range with --from and --to that they fit";
  return new UserError(
    `the tick ${tickSize} of ${symbol} is above its price ${price} at ${formatUtc(timeMs)}: its rules are not of these prices; ${remedy}`,
  );
};
