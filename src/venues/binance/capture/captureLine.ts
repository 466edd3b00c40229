/** A message of a capture: what arrived, when, and what its line says of where it came from. */
export interface CaptureLine {
  /** Line of its file, from 1. */
  readonly line: number;
  /** Arrival by the recorder's clock, in µs since 1970: finer than a double's share of ms, exact in a double. */
  readonly receivedUs: number;
  readonly json: string;
  /** Path of the REST answer, such as `/fapi/v1/depth`; "" for a message of a stream. */
  readonly path: string;
  /** Symbol that the address of a REST answer names; "" if none. */
  readonly symbol: string;
}

/** What a line is: a message; nothing (a connection's first line, a recorder's settings); or what is wrong with it. */
type ReadLine = CaptureLine | null | string;

/** Years 2017 to 2100, in µs: outside, digits are of another unit. */
const FIRST_US = Date.UTC(2017, 0) * 1000;
const LAST_US = Date.UTC(2100, 0) * 1000;

/**
 * One line of a capture, in either of two forms. The plain one is `<ns since 1970> <json>`. cryptofeed's raw files have
 * `<s since 1970>: <json>` for a stream's message, `<url> -> <s>: <json>` for a REST answer, `<url> <-> <s>` where a connection
 * begins, and `configuration: …`.
 */
export const readCaptureLine = (text: string, line: number): ReadLine => {
  const first = text.charCodeAt(0);
  if (first >= 48 && first <= 57) {
    const space = text.indexOf(" ");
    if (space < 0) return "there is no message behind the time";
    return text.charCodeAt(space - 1) === 58 ? message(secondsUs(text.slice(0, space - 1))) : message(nanosecondsUs(text.slice(0, space)));
    function message(receivedUs: number): ReadLine {
      return timed({ line, receivedUs, json: text.slice(space + 1), path: "", symbol: "" });
    }
  }
  if (text.startsWith("configuration: ") || text === "") return null;
  const connection = /^wss?:\/\/(\S+) <-> [\d.]+$/.exec(text);
  if (connection !== null) return isFutures(connection[1] as string) ? null : otherPlace(connection[1] as string);
  const answer = /^https?:\/\/(\S+) -> (\d+(?:\.\d+)?): /.exec(text);
  if (answer === null) return `"${text.slice(0, 30)}" begins neither with a time nor with an address`;
  const [whole, address, seconds] = answer as unknown as [string, string, string];
  if (!isFutures(address)) return otherPlace(address);
  const path = /^[^/?]*([^?]*)/.exec(address)?.[1] ?? "";
  const symbol = /[?&]symbol=([^&]*)/.exec(address)?.[1] ?? "";
  return timed({ line, receivedUs: secondsUs(seconds), json: text.slice(whole.length), path, symbol });
};

const timed = (read: CaptureLine): ReadLine =>
  read.receivedUs >= FIRST_US && read.receivedUs < LAST_US
    ? read
    : "its time is of no year between 2017 and 2100: a capture has nanoseconds, or seconds and a colon";

const nanosecondsUs = (digits: string): number => (digits.length === 19 ? Number(digits.slice(0, 16)) : NaN);

const secondsUs = (text: string): number => {
  const [seconds, fraction = ""] = text.split(".");
  return Number(seconds) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
};

/** Hosts of USD-M futures, live and demo. */
const isFutures = (address: string): boolean => /^[\w-]*(fapi|fstream)[\w-]*\.binance(future)?\.com[:/]/.test(address);
const otherPlace = (address: string): string => {
  const host = address.split(/[/?:]/)[0] as string;
  const coin = /^[\w-]*(dapi|dstream)[\w-]*\.binance/.test(host)
    ? " but COIN-M, whose contracts are of 10 or 100 USD with inverse profit and loss"
    : "";
  return `it comes from ${host}, which is not Binance USD-M futures (fapi, fstream)${coin}`;
};
