import { Kind } from "../src/domain/kind.ts";
import { instrumentIndex } from "../src/domain/units.ts";
import { readCaptureLine } from "../src/venues/binance/capture/captureLine.ts";
import { CaptureParser } from "../src/venues/binance/capture/captureParser.ts";
import { Chance } from "./chance.ts";
import { eventProblem } from "./eventSchema.ts";
import { damagedMessage, damagedText } from "./wireFuzz.ts";

const FROM_S = 1_723_161_256;
const LINES = 50;

/** What stands before a message, in every form of capture; and what is no message. */
const begun = (second: number, chance: Chance): string => {
  const seconds = `${FROM_S + second}.${chance.int(0, 999_999)}`;
  return chance.pick([
    `${FROM_S + second}${String(chance.int(0, 999_999_999)).padStart(9, "0")} `,
    `${seconds}: `,
    `https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&limit=1000 -> ${seconds}: `,
    `https://fapi.binance.com/fapi/v1/openInterest?symbol=BTCUSDT -> ${seconds}: `,
    `https://fapi.binance.com/fapi/v1/exchangeInfo -> ${seconds}: `,
    `wss://fstream.binance.com/stream?streams=btcusdt@trade <-> ${seconds} `,
    `https://dapi.binance.com/dapi/v1/depth?symbol=BTCUSD_PERP -> ${seconds}: `,
    "configuration: ",
    "",
  ]);
};

interface CaptureFuzzResult {
  /** Lines read. */
  readonly cases: number;
  readonly events: number;
  /** Lines that are refused with a reason. */
  readonly refused: number;
  /** Lines that threw, gave an event that cannot be or turned the line's time back, with the reason. */
  readonly problems: readonly string[];
}

/** `cases` damaged lines of captures, fifty to a capture, through the reader and the parser; deterministic in `seed`. Stops at the tenth problem. */
export const fuzzCaptures = (cases: number, seed: number): CaptureFuzzResult => {
  const chance = new Chance(seed);
  const result = { cases, events: 0, refused: 0, problems: [] as string[] };
  let parser = parserOf(chance);
  for (let i = 0; i < cases && result.problems.length < 10; i += 1) {
    if (i % LINES === 0) parser = parserOf(chance);
    const whole = begun(i % LINES, chance) + damagedMessage(chance);
    // A line end that the damage brought in begins another line; what stands before it is read.
    const text = (chance.of(0.1) ? damagedText(whole, chance) : whole).split("\n")[0] ?? "";
    const complain = (problem: string): void => void result.problems.push(`${text}\n  ${problem}`);
    try {
      const line = readCaptureLine(text, i + 1);
      if (typeof line === "string") {
        result.refused += 1;
        if (line === "" || line.includes("\n")) complain(`is refused with ${JSON.stringify(line)}`);
      } else if (line !== null) {
        const beforeMs = parser.knownAtMs;
        for (const event of parser.events(line)) {
          result.events += 1;
          const problem = eventProblem(event);
          if (problem !== null) complain(problem);
          // A kline is known at its close, whenever it arrives.
          if (event.kind !== Kind.kline && event.knownAtMs < beforeMs) complain(`goes back from ${beforeMs} to ${event.knownAtMs}`);
        }
      }
    } catch (error) {
      complain(`threw ${String(error)}`);
    }
  }
  return result;
};

const parserOf = (chance: Chance): CaptureParser =>
  new CaptureParser({
    instrumentOf: (symbol) => (symbol === "BTCUSDT" ? instrumentIndex(0) : undefined),
    onlySymbol: chance.pick(["", "BTCUSDT"]),
  });
