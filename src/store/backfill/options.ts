import type { Instrument } from "../../domain/instrument.ts";
import type { BinanceRest } from "../../venues/binance/rest.ts";
import type { BackfillKind } from "../../venues/binance/archive/archivePath.ts";
import type { ArchiveSource } from "../archive/source.ts";
import type { Store } from "../store.ts";

/** The newest days, which the archive has not yet (`src/venues/binance/rest.ts` is one). */
export type NewestSource = Pick<BinanceRest, "klines" | "funding">;

export interface BackfillOptions {
  readonly store: Store;
  readonly symbols: readonly string[];
  /** Absent: everything that a local archive has. The network needs it. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly interval: string;
  readonly market: "um" | "spot";
  readonly kinds: readonly BackfillKind[];
  readonly archive: ArchiveSource;
  readonly newest?: NewestSource;
  /** Rules of a symbol from the exchange; undefined answers and no function: they are guessed from the data. */
  readonly rulesOf?: (symbol: string) => Promise<Instrument | undefined>;
  /** Imports files again that have landed before. */
  readonly force?: boolean;
  readonly nowMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BackfillProgress) => void;
}

interface BackfillProgress {
  /** File or page in work. */
  readonly label: string;
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytes: number;
  readonly rows: number;
  /** Time left by the speed so far; NaN before the first file. */
  readonly etaMs: number;
}
