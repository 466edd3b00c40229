import type { Event } from "../src/domain/event.ts";
import { Kline } from "../src/domain/kline.ts";
import { DAY_MS, MINUTE_MS, UserError } from "../src/domain/units.ts";
import { parseAggTradesCsv } from "../src/venues/binance/archive/aggTradesCsv.ts";
import { parseFundingCsv } from "../src/venues/binance/archive/fundingCsv.ts";
import { parseKlineCsv } from "../src/venues/binance/archive/klineCsv.ts";
import { metricsEvents, parseMetricsCsv } from "../src/venues/binance/archive/metricsCsv.ts";
import { Chance } from "./chance.ts";
import { AGG_TRADES_HEADER, aggTradeLines, KLINE_HEADER, klineLines, METRICS_HEADER, metricsLines } from "./contract/archiveFiles.ts";
import { eventProblem } from "./eventSchema.ts";

const DAY = Date.UTC(2023, 2, 5);
const ROWS = 12;

/** A kind of file of the archive: good rows of 2023-03-05, and what its parser makes of bytes. */
interface Format {
  readonly file: string;
  readonly header: string;
  readonly rows: readonly string[];
  readonly parse: (bytes: Uint8Array, file: string) => Parsed;
}

/** Rows that the parser answers for, kept or counted as repeated, and the events of those that it kept. */
interface Parsed {
  readonly rows: number;
  readonly events: readonly Event[];
}

interface Repeated {
  readonly identicalDuplicates: number;
  readonly conflictingDuplicates: number;
}
const repeated = ({ identicalDuplicates, conflictingDuplicates }: Repeated): number => identicalDuplicates + conflictingDuplicates;

const FORMATS: readonly Format[] = [
  {
    file: "BTCUSDT-1m-2023-03-05.zip",
    header: KLINE_HEADER,
    rows: klineLines(DAY, ROWS),
    parse: (bytes, file) => {
      const parsed = parseKlineCsv(bytes, file, MINUTE_MS);
      const { block } = parsed;
      return { rows: block.length + repeated(parsed), events: Array.from({ length: block.length }, (_, row) => new Kline(block, row)) };
    },
  },
  {
    file: "BTCUSDT-aggTrades-2023-03-05.zip",
    header: AGG_TRADES_HEADER,
    rows: aggTradeLines(DAY, ROWS),
    parse: (bytes, file) => {
      const parsed = parseAggTradesCsv(bytes, file);
      return { rows: parsed.length + repeated(parsed), events: [...parsed.hours()].flat() };
    },
  },
  {
    file: "BTCUSDT-metrics-2023-03-05.zip",
    header: METRICS_HEADER,
    rows: metricsLines("BTCUSDT", DAY, 5).slice(0, ROWS),
    parse: (bytes, file) => {
      const parsed = parseMetricsCsv(bytes, file);
      // A row may say nothing of one kind or of both: how many there were is not told by the events.
      return { rows: NaN, events: metricsEvents(parsed, "end") };
    },
  },
  {
    file: "BTCUSDT-fundingRate-2023-03.zip",
    header: "calc_time,funding_interval_hours,last_funding_rate",
    rows: Array.from({ length: ROWS }, (_, i) => `${DAY + (i * DAY_MS) / 3},8,0.000${i}1`),
    parse: (bytes, file) => {
      const parsed = parseFundingCsv(bytes, file);
      return { rows: parsed.events.length + repeated(parsed), events: parsed.events };
    },
  },
];

/** What a cell may hold instead. */
const CELLS = [
  ...["", " ", "0", "-0", "-1", "1", "1e5", "1E-7", "1e308", "1e400", "1e-320", "NaN", "Infinity", "-inf", "null", "None", "0x10", "1,5"],
  ...["1.", ".5", "1.2.3", "+1", "00012", "1_000", "9007199254740993", "99999999999999999999.99999999", "0.000000000000000000000000000001"],
  ...["true", "True", "FALSE", "yes", '"1"', "1677974400000", "1677974400000000", "1678060800000", "1e12", "2023-03-05 24:00:00"],
  ...["2023-02-30 00:05:00", "BTCUSDT", "ETHUSDT", "💥", "\u0000", "１２", " 1", "1 ", "1\t", "1\r"],
];

/** Changes the lines of a file in one of the ways in which files were found broken. */
const mutate = (lines: string[], chance: Chance): void => {
  const at = chance.int(0, lines.length - 1);
  const cells = (lines[at] ?? "").split(",");
  const cell = chance.int(0, cells.length - 1);
  const put = (changed: readonly string[]): void => void (lines[at] = changed.join(","));
  switch (chance.int(0, 9)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(chance.int(0, lines.length), 0, lines[at] ?? "");
      break;
    case 2: {
      const other = chance.int(0, lines.length - 1);
      [lines[at], lines[other]] = [lines[other] ?? "", lines[at] ?? ""];
      break;
    }
    case 3:
      put(cells.toSpliced(cell, 1));
      break;
    case 4:
      put(cells.toSpliced(cell, 0, chance.pick(CELLS)));
      break;
    case 5:
      lines.splice(at, 0, chance.pick(["", " ", "\t", ",,,,,,", "#"]));
      break;
    case 6: {
      // A digit more, less or another one: the value that is still a number.
      const text = cells[cell] ?? "";
      const place = chance.int(0, text.length);
      put(cells.with(cell, text.slice(0, place) + chance.pick(["0", "9", "", "."]) + text.slice(place + chance.int(0, 1))));
      break;
    }
    default:
      put(cells.with(cell, chance.pick(CELLS)));
  }
};

/** Breaks the bytes: cut, one changed, zeroes, line ends of another system, a byte-order mark. */
const damaged = (bytes: Buffer, chance: Chance): Buffer => {
  const at = chance.int(0, bytes.length - 1);
  switch (chance.int(0, 5)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      bytes[at] = chance.int(0, 255);
      return bytes;
    case 2:
      return bytes.fill(0, at, Math.min(bytes.length, at + chance.int(1, 40)));
    case 3:
      return Buffer.from(bytes.toString().replaceAll("\n", "\r\n"));
    case 4:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    default:
      return Buffer.concat([bytes, bytes.subarray(at)]);
  }
};

interface CsvFuzzResult {
  readonly cases: number;
  /** Files that were taken; the others were refused in one line. */
  readonly accepted: number;
  /** Files that threw something else, lost a row without a word or gave an event that cannot be, with the reason. */
  readonly problems: readonly string[];
}

/** `cases` damaged archive files through their parsers; deterministic in `seed`. Stops at the tenth problem. */
export const fuzzCsv = (cases: number, seed: number): CsvFuzzResult => {
  const chance = new Chance(seed);
  const problems: string[] = [];
  let accepted = 0;
  for (let i = 0; i < cases && problems.length < 10; i += 1) {
    const format = chance.pick(FORMATS);
    const lines = [...(chance.of(0.5) ? [format.header] : []), ...format.rows];
    for (let n = chance.int(0, 2); n >= 0; n -= 1) mutate(lines, chance);
    const whole = Buffer.from(lines.join("\n") + chance.pick(["\n", ""]));
    const bytes = chance.of(0.25) ? damaged(whole, chance) : whole;
    try {
      const { rows, events } = format.parse(bytes, format.file);
      accepted += 1;
      const problem =
        events.map(eventProblem).find((each) => each !== null) ?? (rows === rowsOf(bytes) || Number.isNaN(rows) ? null : `${rows} rows`);
      if (problem !== null) problems.push(`${format.file} took\n${bytes.toString()}\n  ${problem}`);
    } catch (error) {
      const fine = error instanceof UserError && error.message.startsWith(format.file) && !error.message.includes("\n");
      if (!fine) problems.push(`${format.file} of\n${bytes.toString()}\n  threw ${String(error)}`);
    }
  }
  return { cases, accepted, problems };
};

/** Rows of a file as anybody counts them: lines that are not empty, without the header. */
const rowsOf = (bytes: Buffer): number => {
  const lines = bytes
    .toString()
    .replace(/^\uFEFF/, "")
    .split("\n");
  return lines.filter((line, index) => line.replace(/\r$/, "") !== "" && !(index === 0 && /^["a-z]/i.test(line))).length;
};
