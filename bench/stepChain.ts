/**
 * What fusing consecutive step operators saves: N operators that each handle every kline, once joined into one generated
 * chain, once kept apart by an operator that is none of ours. usage: node --import tsx bench/stepChain.ts [operators] [events]
 */
import { pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import { Observable } from "rxjs";
import { stepOperator } from "../operators/stepOperator.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Event } from "../src/domain/event.ts";
import { klineBlock, klinesOf } from "../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { drive } from "../src/engine/driver.ts";
import { median } from "./peers/resultLine.ts";

const operators = Number(process.argv[2] ?? 12);
const events = Number(process.argv[3] ?? 400_000);
const BURST = 4096;

const counting = (): OperatorFunction<Item, Item> =>
  stepOperator("count", () => ({ closes: 0 }), {
    [Kind.kline]: (state, kline) => {
      state.closes += kline.close;
    },
  });

/** Subscribes with a plain observer: what a chain of ordinary operators is made of. */
const apart: OperatorFunction<Item, Item> = (source) =>
  new Observable((subscriber) =>
    source.subscribe({
      next: (item) => {
        subscriber.next(item);
      },
      error: (error: unknown) => {
        subscriber.error(error);
      },
      complete: () => {
        subscriber.complete();
      },
    }),
  );

function* bursts(): Generator<readonly Event[]> {
  const block = klineBlock(instrumentIndex(0), MINUTE_MS, BURST);
  block.close.fill(1);
  block.length = BURST;
  for (let sent = 0; sent < events; sent += BURST) yield klinesOf(block);
}

const measure = async (line: OperatorFunction<Item, Item>): Promise<number> => {
  const nanoseconds: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    const { lineSeconds, events: sent } = await drive(bursts(), line, () => undefined);
    nanoseconds.push((lineSeconds * 1e9) / sent);
  }
  return median(nanoseconds.slice(2));
};

const chain = (between: readonly OperatorFunction<Item, Item>[]): OperatorFunction<Item, Item> =>
  (pipe as (...all: readonly OperatorFunction<Item, Item>[]) => OperatorFunction<Item, Item>)(
    ...Array.from({ length: operators }, () => [counting(), ...between]).flat(),
  );

console.log(`${operators} operators, ${events} events, Node ${process.version}`);
console.log(`kept apart  ${(await measure(chain([apart]))).toFixed(0)} ns an event`);
console.log(`fused       ${(await measure(chain([]))).toFixed(0)} ns an event`);
