import { createHash } from "node:crypto";
import { pipe } from "rxjs";
import { FEATURE_FAMILIES } from "../../operators/features/table.ts";
import { columnsNamed, familiesNamed, featureSet } from "../../operators/features/featureSet.ts";
import { signalModule } from "../../models/signal/signalModule.ts";
import type { WindowMember } from "../../models/windowMember.ts";
import { features } from "../../operators/features.ts";
import { bars } from "../../operators/bars.ts";
import { continuity } from "../../operators/continuity.ts";
import { normalize } from "../../operators/normalize.ts";
import { signal } from "../../operators/signal.ts";
import { withSwaps } from "../../src/cli/run/swapCommands.ts";
import type { Event } from "../../src/domain/event.ts";
import { Kind } from "../../src/domain/kind.ts";
import { MINUTE_MS } from "../../src/domain/units.ts";
import { drive } from "../../src/engine/driver.ts";
import { DEFAULT_MARKET, simulatedInstrument, simulatedMarket } from "../../streams/simulatedMarket.ts";

export const SWAP_COLUMNS = ["rsi_14", "natr_14"];
const OPTIONS = { families: FEATURE_FAMILIES, events: [], timeframesMs: [] };
export const SWAP_SET = featureSet(familiesNamed(OPTIONS, SWAP_COLUMNS, "test"));
/** Never says anything itself. */
const SILENT = signalModule(() => ({ name: "silent", warmUpBars: 1e9, onGap: "keep", init: () => null, decide: () => undefined }))({});

export interface SwappedRun {
  /** By decision bar: who spoke, what it read and said. */
  readonly bars: readonly {
    readonly member: string;
    readonly fallback: string;
    readonly row: readonly number[];
    readonly said: readonly number[];
  }[];
  readonly faults: number;
  readonly sha256: string;
  /** Resident memory after so many swaps, in bytes. */
  readonly rss: readonly number[];
}

/** A simulated market of so many days through features and L3, with a swap between every two bars from bar 400 on; the members take turns. */
export const swappedRun = async (members: readonly WindowMember[], days: number, swaps: number, burst: number): Promise<SwappedRun> => {
  const instruments = [simulatedInstrument("BTCUSDT", 0)];
  const market = { ...DEFAULT_MARKET, symbols: ["BTCUSDT"], days, seed: 7 };
  const firstMs = market.fromMs + 400 * MINUTE_MS;
  const changes = Array.from({ length: swaps }, (_, i) => ({
    atMs: firstMs + i * MINUTE_MS,
    members: { signal: (members[(i + 1) % members.length] as WindowMember).name },
  }));
  const registry = { regime: [], pattern: [], position: [], signal: [SILENT, ...members] };
  const layers = {
    instruments,
    set: SWAP_SET,
    regime: false,
    embedding: null,
    registry,
    serving: { signal: (members[0] as WindowMember).name },
  };
  const line = pipe(
    continuity(instruments),
    bars(instruments, []),
    normalize(instruments),
    features(instruments, SWAP_SET),
    signal(layers, SILENT, members),
  );
  const columns = columnsNamed(SWAP_SET, SWAP_COLUMNS, "test");
  const hash = createHash("sha256");
  const seen: { member: string; fallback: string; row: number[]; said: number[] }[] = [];
  const rss: number[] = [];
  let [row, faults, commands]: [number[], number, number] = [[], 0, 0];
  await drive(inBursts(withSwaps(simulatedMarket(market), changes), burst), line, (item) => {
    if (item.kind === Kind.featureRow) row = Array.from(columns, (at) => item.values[item.row * item.features + at] as number);
    if (item.kind === Kind.fault || item.kind === Kind.inferenceFailure) faults += 1;
    if (item.kind === Kind.command && ((commands += 1) === 100 || commands === swaps)) rss.push(process.memoryUsage().rss);
    if (item.kind !== Kind.signal) return;
    const { pLong, pShort, pNeutral, netLong, netShort, confidence, member, fallback } = item;
    const said = [pLong, pShort, pNeutral, netLong, netShort, confidence];
    hash.update(`${member} ${fallback} `).update(Float64Array.from(said));
    seen.push({ member, fallback, row, said });
  });
  return { bars: seen, faults, sha256: hash.digest("hex"), rss };
};

/** Events as bursts of another size. */
async function* inBursts(source: AsyncIterable<readonly Event[]>, size: number): AsyncGenerator<readonly Event[]> {
  let next: Event[] = [];
  for await (const burst of source)
    for (const event of burst) {
      next.push(event);
      if (next.length === size) {
        yield next;
        next = [];
      }
    }
  if (next.length > 0) yield next;
}
