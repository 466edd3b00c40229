import { from, map } from "rxjs";
import type { Observable, OperatorFunction } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { describe, expect, it } from "vitest";
import { StepError } from "../operators/stepOperator.ts";
import { BARRIER } from "../src/domain/item.ts";
import type { Item } from "../src/domain/item.ts";
import { show } from "./items.ts";

/** One item that enters and the lines (`show`) that leave in the same instant, the item itself among them. */
export type Row = readonly [input: Item, outputs: readonly string[]];

interface OperatorCases {
  /** A new operator each time: members and venues in it may hold state of their own. */
  readonly operator: () => OperatorFunction<Item, Item>;
  readonly rows: readonly Row[];
  /** What leaves after the last row when the source completes. */
  readonly flushed?: readonly string[];
  /** The operator holds items until the barrier: none is put between the rows. */
  readonly holds?: boolean;
  /** An operator whose callback throws at the last of these items. */
  readonly throws: {
    readonly operator: () => OperatorFunction<Item, Item>;
    readonly items: readonly Item[];
    readonly name: string;
    readonly message: string;
  };
}

/** Frames per row: a group of n outputs takes n + 2. */
const ROW_FRAMES = 60;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".split("");

/** Rows as marbles: each row begins at a multiple of `ROW_FRAMES`. */
class Marbles {
  readonly values: Record<string, string> = {};
  text = "";
  #next = 0;

  row(outputs: readonly string[]): void {
    const letters = outputs.map((output) => {
      const letter = LETTERS[(this.#next += 1) - 1];
      if (letter === undefined) throw new Error("too many outputs for one diagram");
      this.values[letter] = output;
      return letter;
    });
    const group = letters.length === 0 ? "-" : letters.length === 1 ? (letters[0] as string) : `(${letters.join("")})`;
    this.text += `${group} ${ROW_FRAMES - group.length}ms `;
  }
}

const scheduler = (): TestScheduler =>
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
const input = (items: readonly Item[]): readonly [string, Record<string, Item>] => [
  items.map((_, i) => `${LETTERS[i] as string} ${ROW_FRAMES - 1}ms `).join(""),
  Object.fromEntries(items.map((item, i) => [LETTERS[i] as string, item])),
];

/** The eight cases that hold for every operator (style.md), a burst boundary between any two items, and fresh state. */
export const operatorCases = (cases: OperatorCases): void => {
  const { operator, rows, flushed = [], holds = false } = cases;
  const run = (
    items: readonly Item[],
    outputs: readonly (readonly string[])[],
    ending: "|" | "#" | "",
    last: readonly string[] = [],
  ): void => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const [marbles, values] = input(items);
      const source = cold(`${marbles}${ending === "" ? "-" : ending}`, values, "source error");
      const expected = new Marbles();
      for (const each of outputs) expected.row(each);
      const end = ending === "|" && last.length > 0 ? undefined : ending;
      if (end === undefined) expected.row(last);
      const text = end === undefined ? expected.text.replace(/\(?(\w+)\)? \d+ms $/, "($1|)") : expected.text + (end === "" ? "-" : end);
      expectObservable(source.pipe(operator(), map(show))).toBe(text, expected.values, "source error");
      expectSubscriptions(source.subscriptions).toBe(subscribed(ending === "" ? undefined : items.length));
    });
  };
  const inputs = rows.map(([item]) => item);
  const outputs = rows.map(([, lines]) => lines);

  describe("the eight cases", () => {
    it("never: nothing leaves, nothing ends", () => {
      run([], [], "");
    });
    it("empty: completes at once", () => {
      run([], [], "|");
    });
    it("one", () => {
      scheduler().run(({ cold, expectObservable }) => {
        const [item, lines] = rows[0] as Row;
        const expected = new Marbles();
        expected.row(lines);
        expectObservable(cold("a", { a: item }).pipe(operator(), map(show))).toBe(expected.text.replace(/ \d+ms $/, ""), expected.values);
      });
    });
    it("many, then the end", () => {
      run(inputs, outputs, "|", flushed);
    });
    it("source error: what came before stands, the error passes unchanged, nothing is flushed", () => {
      run(inputs, outputs, "#");
    });
    it("never-ending: nothing is kept back for the end", () => {
      run(inputs, outputs, "");
    });
    it("early unsubscribe: the source is left at once", () => {
      const half = Math.ceil(rows.length / 2);
      scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
        const [marbles, values] = input(inputs);
        const source = cold(marbles, values);
        const expected = new Marbles();
        for (const each of outputs.slice(0, half)) expected.row(each);
        const until = `${half * ROW_FRAMES - 1}ms !`;
        expectObservable(source.pipe(operator(), map(show)), until).toBe(expected.text.replace(/ \d+ms $/, ""), expected.values);
        expectSubscriptions(source.subscriptions).toBe(`^ ${half * ROW_FRAMES - 2}ms !`);
      });
    });
    it("callback throws: the error names operator and seq, the source is left", () => {
      const { items, name, message } = cases.throws;
      scheduler().run(({ cold, flush }) => {
        const [marbles, values] = input(items);
        const source = cold(marbles, values);
        let failure: unknown;
        source.pipe(cases.throws.operator()).subscribe({ error: (error: unknown) => (failure = error) });
        flush();
        const last = items[items.length - 1] as Item;
        expect(failure).toBeInstanceOf(StepError);
        expect(failure).toMatchObject({ operator: name, seq: last.seq, message: `${name} at seq ${last.seq}: ${message}` });
        expect(source.subscriptions[0]?.unsubscribedFrame).toBe((items.length - 1) * ROW_FRAMES);
      });
    });
  });

  if (!holds)
    it("a burst may end behind any item: the barrier passes, the rest is the same", () => {
      run(
        inputs.flatMap((item) => [item, BARRIER]),
        outputs.flatMap((lines) => [lines, ["barrier"]]),
        "|",
        flushed,
      );
    });

  it("has fresh state in each subscription", () => {
    const line = (source: Observable<Item>): Observable<string> => source.pipe(operator(), map(show));
    scheduler().run(({ cold, flush }) => {
      const [marbles, values] = input(inputs);
      const line$ = line(cold(`${marbles}|`, values));
      const seen: string[][] = [[], []];
      line$.subscribe((text) => seen[0]?.push(text));
      line$.subscribe((text) => seen[1]?.push(text));
      flush();
      expect(seen[0]).toEqual([...outputs.flat(), ...flushed]);
      expect(seen[1]).toEqual(seen[0]);
    });
  });
};

/** Subscribed from the start until `rows` rows have passed; undefined: for good. */
const subscribed = (rows: number | undefined): string =>
  rows === undefined ? "^" : rows === 0 ? "(^!)" : `^ ${rows * ROW_FRAMES - 1}ms !`;

/** What leaves an operator when `items` enter at once and the source ends, as lines; its error is thrown. */
export const through = (operator: OperatorFunction<Item, Item>, items: readonly Item[]): string[] => {
  const lines: string[] = [];
  const failures: unknown[] = [];
  from(items)
    .pipe(operator)
    .subscribe({ next: (item) => lines.push(show(item)), error: (error: unknown) => failures.push(error) });
  if (failures.length > 0) throw failures[0];
  return lines;
};
