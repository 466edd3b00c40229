import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../src/domain/event.ts";
import { instrumentIndex } from "../src/domain/units.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Arrival } from "../src/venues/binance/parse/message.ts";
import { parseStream } from "../src/venues/binance/parse/stream.ts";
import { Chance } from "./chance.ts";
import { eventProblem } from "./eventSchema.ts";

interface StreamFixtures {
  readonly captured: Readonly<Record<string, string>>;
  readonly documented: Readonly<Record<string, string>>;
}

/** Captured messages, and the documentation's examples of those that no capture has. */
export const STREAMS = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/binance/streams.json"), "utf8")) as StreamFixtures;

/** JSON with the order of its fields and with double ones: objects as entries. */
type Node = { readonly fields: [string, Node][] } | { readonly items: Node[] } | { readonly leaf: string };

const nodeOf = (value: unknown): Node => {
  if (Array.isArray(value)) return { items: value.map(nodeOf) };
  if (typeof value === "object" && value !== null) return { fields: Object.entries(value).map(([key, each]) => [key, nodeOf(each)]) };
  return { leaf: JSON.stringify(value) };
};
const textOf = (node: Node): string => {
  if ("leaf" in node) return node.leaf;
  if ("items" in node) return `[${node.items.map(textOf).join(",")}]`;
  return `{${node.fields.map(([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`).join(",")}}`;
};

/** JSON texts that a field may hold instead. */
const EXTREMES = [
  ...["null", "true", "false", "0", "-0", "-1", "1e308", "-1e308", "1e-320", "1e400", "9007199254740991", "9007199254740993"],
  ...["253402300800000", "18446744073709551616", "123456789012345678901234567890123", "0.5", "[]", "{}", "[[]]", '[["1"]]', '[["1","2"]]'],
  ...['""', '"0"', '"-0"', '"-1"', '"NaN"', '"Infinity"', '"1e400"', '"1e5"', '"0x10"', '" 1"', '"1."', '".5"', '"1.2.3"', '"00012"'],
  ...[
    '"99999999999999999999.99999999"',
    '"0.000000000000000000000000000001"',
    '"\\u0000"',
    '"💥"',
    '"BTCUSDT"',
    '"trade"',
    '"depthUpdate"',
  ],
  ...['"1m"', '"SELL"', '"__proto__"', '"constructor"', '"btcusdt@depth5@100ms"'],
];

const holders = (node: Node, found: Node[] = []): Node[] => {
  if ("leaf" in node) return found;
  if (("items" in node ? node.items : node.fields).length > 0) found.push(node);
  for (const child of "items" in node ? node.items : node.fields.map(([, value]) => value)) holders(child, found);
  return found;
};

/** Drops, retypes, doubles, swaps or renames one field or item, somewhere in the message. */
const mutate = (root: Node, chance: Chance): void => {
  const all = holders(root);
  if (all.length === 0) return;
  const holder = chance.pick(all);
  const list: unknown[] = "items" in holder ? holder.items : "fields" in holder ? holder.fields : [];
  const at = chance.int(0, list.length - 1);
  const put = (value: Node): void => {
    if ("items" in holder) holder.items[at] = value;
    else if ("fields" in holder) (holder.fields[at] as [string, Node])[1] = value;
  };
  switch (chance.int(0, 6)) {
    case 0:
      list.splice(at, 1);
      break;
    case 1:
      list.push(structuredClone(list[at]));
      break;
    case 2: {
      const other = chance.int(0, list.length - 1);
      [list[at], list[other]] = [list[other], list[at]];
      break;
    }
    case 3:
      if ("fields" in holder)
        (holder.fields[at] as [string, Node])[0] = chance.pick([
          "e",
          "E",
          "T",
          "s",
          "p",
          "q",
          "u",
          "U",
          "pu",
          "a",
          "b",
          "x",
          "zz",
          "__proto__",
          "stream",
          "data",
        ]);
      break;
    case 4: {
      const donor = chance.pick(all);
      put(structuredClone(donor));
      break;
    }
    default:
      put({ leaf: chance.pick(EXTREMES) });
  }
};

/** Breaks the text itself: cut, a byte changed, twice. */
export const damagedText = (text: string, chance: Chance): string => {
  const at = chance.int(0, text.length);
  return chance.pick([text.slice(0, at), text.slice(0, at) + chance.pick(['"', "}", "\n", "\\", "0"]) + text.slice(at + 1), text + text]);
};

interface FuzzResult {
  readonly cases: number;
  readonly validJson: number;
  readonly accepted: number;
  readonly faults: number;
  /** Texts that threw or gave an event that cannot be, with the reason. */
  readonly problems: readonly string[];
}

const NODES = [...Object.values(STREAMS.captured), ...Object.values(STREAMS.documented)].map((text) => nodeOf(JSON.parse(text)));

/** A message with one to four fields or items changed, now and then no JSON any more. */
export const damagedMessage = (chance: Chance): string => {
  const node = structuredClone(chance.pick(NODES));
  for (let n = chance.int(0, 3); n >= 0; n -= 1) mutate(node, chance);
  return chance.of(0.2) ? damagedText(textOf(node), chance) : textOf(node);
};

/** `cases` damaged messages through the parser; deterministic in `seed`. Stops at the tenth problem. */
export const fuzzStreams = (cases: number, seed: number): FuzzResult => {
  const chance = new Chance(seed);
  const result = { cases, validJson: 0, accepted: 0, faults: 0, problems: [] as string[] };
  for (let i = 0; i < cases && result.problems.length < 10; i += 1) {
    const text = damagedMessage(chance);
    if (isJson(text)) result.validJson += 1;
    const arrival: Arrival = {
      instrumentOf: (symbol) => (symbol === "XRPUSDT" ? undefined : instrumentIndex(0)),
      receivedTimeMs: 1_723_161_256_000 + i,
      notBeforeMs: 1_723_161_256_000,
      stream: chance.pick(["", "btcusdt@depth5@100ms"]),
      symbol: chance.pick(["", "BTCUSDT"]),
    };
    try {
      for (const event of parseStream(text, arrival)) judge(event, text, result);
    } catch (error) {
      result.problems.push(`${text}\n  threw ${String(error)}`);
    }
  }
  return result;
};

const judge = (event: Event, text: string, result: { accepted: number; faults: number; problems: string[] }): void => {
  if (event.kind === Kind.fault) result.faults += 1;
  else result.accepted += 1;
  const problem = eventProblem(event);
  if (problem !== null) result.problems.push(`${text}\n  ${problem}`);
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
