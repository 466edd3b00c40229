import type { Instrument } from "../../domain/instrument.ts";
import type { IsolatedPosition } from "./margin/isolatedPosition.ts";
import type { Wallet } from "./margin/wallet.ts";
import type { MarketState } from "./marketState.ts";
import type { VenueModels } from "./models/models.ts";
import type { SimulatedVenueOptions } from "./options.ts";
import type { WorkingOrder } from "./orders/workingOrder.ts";
import type { Tape } from "./tape.ts";

/** What the parts of one instrument's desk work on together. The wallet is shared by all instruments. */
export interface DeskParts {
  /** With the trading rules in force. */
  instrument: Instrument;
  readonly options: SimulatedVenueOptions;
  readonly models: VenueModels;
  readonly wallet: Wallet;
  readonly position: IsolatedPosition;
  readonly market: MarketState;
  readonly tape: Tape;
  /** Accepted orders in the order they were placed; `done` ones are dropped at the end of an event. */
  readonly orders: WorkingOrder[];
}
