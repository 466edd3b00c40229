import { join } from "node:path";
import { tap } from "rxjs";
import { expect, it } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import type { RiposteConfig } from "../../../config/schema.ts";
import { describeShared, sharedData } from "../../../test/sharedData.ts";
import { LocalBook } from "../../domain/book/localBook.ts";
import type { BookDiff, BookSnapshot, Event } from "../../domain/event.ts";
import type { Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import { beliefsOf } from "./beliefs.ts";
import { composeRun } from "./composeRun.ts";
import { replayRun } from "./replayRun.ts";

const capture = sharedData("captures", "usdm_btcusdt_2024-08-08.jsonl.gz");
const off = { maxVolatilityRatio: null };

/** Trades at every bar whatever the layers say, and no other rule of risk can refuse: only the book can stop it. */
const config: RiposteConfig = configSchema.parse({
  regime: { module: "none" },
  pattern: { module: "none" },
  signal: { module: "trend" },
  position: { module: join(import.meta.dirname, "../../../test/modules/oftenTrading.ts") },
  venue: { fillOn: "trades", startUsdt: 1_000_000 },
  risk: {
    shock: off,
    system: { ...off, maxIntentsPerSecond: null, minSharpeUpperBound: null },
    day: { maxEntries: null, maxVenueRefusals: null },
  },
  protection: "none",
});

/** What happened, in order, a line each behind the minute of the run. */
const said = async (change: (events: readonly Event[]) => readonly Event[] = (events) => events): Promise<string[]> => {
  const run = await composeRun(config, "research", { simulate: false, dirGiven: false, captures: [capture] }, {});
  const events: Event[] = [];
  for await (const burst of run.data.events()) events.push(...burst);
  const lines: string[] = [];
  const log = tap<Item>((item) => {
    const text = textOf(item);
    if (text !== "") lines.push(`${minuteOf(item, run.data.fromMs)} ${text}`);
  });
  await replayRun(run, {
    events: inBursts(change(events)),
    beliefs: await beliefsOf(null, run),
    log,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  await run.data.close();
  return lines;
};

const minuteOf = (item: Item, fromMs: number): string => ("knownAtMs" in item ? ((item.knownAtMs - fromMs) / MINUTE_MS).toFixed(2) : "");

const textOf = (item: Item): string => {
  // Stops and targets, which follow each entry, are left out.
  if (item.kind === Kind.orderSent) return item.order.closePosition ? "" : item.order.reduceOnly ? "leaves" : "opens";
  if (item.kind === Kind.refusal) return `refused ${item.rule}`;
  if (item.kind === Kind.resyncNeeded) return "broke";
  if (item.kind === Kind.riskState) return `${item.level} ${item.active ? "+" : "-"}${item.rule}`;
  return item.kind === Kind.approvedPlan && item.intent.action === "cancelEntries" ? "withdraws" : "";
};

async function* inBursts(events: readonly Event[]): AsyncGenerator<readonly Event[]> {
  for (let at = 0; at < events.length; at += 4096) yield events.slice(at, at + 4096);
}

const isDiff = (event: Event): event is BookDiff => event.kind === Kind.bookDiff;

/** Without diff `cut`; behind diff `mended`, if it is given, stands a snapshot of the book that all the diffs make. */
const broken =
  (cut: number, mended?: number) =>
  (events: readonly Event[]): readonly Event[] => {
    const truth = new LocalBook(0.1);
    let diffs = 0;
    return events.flatMap((event): readonly Event[] => {
      if (event.kind === Kind.bookSnapshot) truth.snapshot(event);
      if (!isDiff(event)) return [event];
      truth.diff(event);
      diffs += 1;
      if (diffs === mended) return [event, snapshotOf(truth, event)];
      return diffs === cut ? [] : [event];
    });
  };

const snapshotOf = (book: LocalBook, { seq, instrument, eventTimeMs, receivedTimeMs, knownAtMs }: BookDiff): BookSnapshot => {
  const sides = [book.bids, book.asks].map((side) => {
    const levels = new Float64Array(2000);
    return levels.slice(0, 2 * side.writeTop(levels, 0, 1000));
  });
  const [bids, asks] = sides as [Float64Array, Float64Array];
  return { kind: Kind.bookSnapshot, seq, instrument, eventTimeMs, receivedTimeMs, knownAtMs, lastUpdateId: book.updateId, bids, asks };
};

const each = (minute: string, text: string): string[] => Array.from({ length: 8 }, () => `${minute} ${text}`);

describeShared("a diff of the capture of 2024 is missing", { timeout: 180_000 }, () => {
  const beginning = [...each("1.00", "opens"), "1.02 broke", "1.02 REDUCING +data.book BTCUSDT", "1.02 withdraws", "2.00 leaves"];
  const refused = (minute: string): string[] => each(minute, "refused data.book BTCUSDT");

  it("whole, it opens in every other minute", async () => {
    expect(await said()).toEqual([
      ...each("1.00", "opens"),
      "2.00 leaves",
      ...each("3.00", "opens"),
      "4.00 leaves",
      ...each("5.00", "opens"),
    ]);
  });
  it("no order that opens is sent from the message that shows it on; what rests is withdrawn, what is held is left", async () => {
    expect(await said(broken(2000))).toEqual([...beginning, ...refused("3.00"), ...refused("4.00"), ...refused("5.00")]);
  });
  it("with the next snapshot it opens again", async () => {
    expect(await said(broken(2000, 4800))).toEqual([
      ...beginning,
      ...refused("3.00"),
      "3.47 ACTIVE -data.book BTCUSDT",
      ...each("4.00", "opens"),
      "5.00 leaves",
    ]);
  });
});
