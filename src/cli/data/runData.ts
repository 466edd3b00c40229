import type { RiposteConfig } from "../../../config/schema.ts";
import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import type { CaptureSummary } from "../../venues/binance/capture/captureScan.ts";
import type { CommandContext } from "../frame/command.ts";
import type { Fillable } from "./fillable.ts";
import type { WantedKinds } from "./wantedKinds.ts";

/** Where a run's events come from. */
export interface RunData {
  readonly instruments: readonly Instrument[];
  /** Trading starts with the bar that opens here. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Bars the progress bar expects. */
  readonly expectedBars: number;
  readonly events: () => AsyncIterable<readonly Event[]>;
  /** In words that may stand as a headline. */
  readonly source: string;
  readonly simulated: boolean;
  readonly seed: number | null;
  readonly warnings: readonly string[];
  /** Instruments whose bars are made from trades; absent: none. */
  readonly barsFromTrades?: readonly InstrumentIndex[];
  /** By instrument, what its orders can be filled by; absent: bars. */
  readonly fillable?: readonly Fillable[];
  readonly close: () => Promise<void>;
}

/** Of the expected bars, those that are over at a moment of the line: there may be thousands of events in a bar. */
export const barsOver = ({ toMs, expectedBars, instruments }: RunData, knownAtMs: number): number =>
  Math.max(0, expectedBars - Math.ceil(Math.max(0, toMs - knownAtMs) / MINUTE_MS) * instruments.length);

export type Environment = Readonly<Record<string, string | undefined>>;

/** Options of the command line about the data, besides the config. */
export interface DataChoice {
  /** The market simulator even if there is history. */
  readonly simulate: boolean;
  /** The user named the folder: then it must be there. */
  readonly dirGiven: boolean;
  /** Files of raw messages that take the place of a store; empty: none. */
  readonly captures: readonly string[];
  /** Their content, if they have been read once. */
  readonly captured?: Captured;
  /** Of the command that reads captures, which takes minutes where they are long. */
  readonly reading?: Pick<CommandContext, "signal" | "progress">;
}

/** A scan of the captures of a run, and whether it chose the symbol. */
interface Captured {
  readonly summary: CaptureSummary;
  readonly unnamed: boolean;
}

export interface DataRequest extends DataChoice {
  readonly config: RiposteConfig;
  /** Kinds that are read besides bars and funding, if the store has them. */
  readonly wanted: WantedKinds;
  /** Bars before `from` that the members and the risk windows want. */
  readonly warmUpBars: number;
  /** Bars behind `to` that finish labels. */
  readonly aheadBars?: number;
  /** Where the credentials of a server are. */
  readonly env: Environment;
}
