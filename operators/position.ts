import type { OperatorFunction } from "rxjs";
import type { Signal } from "../src/domain/derived.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { VenueTerms } from "../src/domain/ports.ts";
import type { RiskLimits } from "../src/risk/limits.ts";
import type { PositionModule } from "../models/position/positionModule.ts";
import type { Layers } from "./layers.ts";
import { seenRows } from "./layers.ts";
import { EntryRoom } from "./position/entryRoom.ts";
import { Seat } from "./position/seat.ts";
import type { SeenRow } from "./seenRow.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

export interface PositionOptions {
  readonly module: PositionModule;
  readonly limits: Pick<RiskLimits, "position" | "day">;
  /** What the venue asks of an entry's size. */
  readonly terms: VenueTerms;
  /** Decision bars that close before this time only warm up: nothing is proposed. */
  readonly tradeFromMs: number;
}

interface Desk {
  readonly module: PositionModule;
  readonly tradeFromMs: number;
  readonly room: EntryRoom;
  readonly seats: readonly Seat[];
  readonly states: readonly unknown[];
}

const signalStep = (desk: Desk, signal: Signal, emit: Emit): void => {
  const seat = desk.seats[signal.instrument] as Seat;
  if (signal.knownAtMs <= desk.tradeFromMs) return;
  // Both are the same objects at every bar: stored once.
  if (seat.signal !== signal) seat.signal = signal;
  if (seat.emit !== emit) seat.emit = emit;
  desk.module.decide(desk.states[signal.instrument], seat, seat);
  seat.tellDeclined();
};

const HANDLERS: StepHandlers<Desk> = {
  [Kind.bar]: ({ seats }, bar) => {
    if (bar.base) (seats[bar.instrument] as Seat).see(bar);
  },
  [Kind.accountState]: ({ seats, room }, account) => {
    room.follow(account);
    (seats[account.instrument] as Seat).mark(account);
  },
  [Kind.featureRow]: ({ seats }, row) => {
    (seats[row.instrument] as Seat).seen.takeRow(row);
  },
  [Kind.regime]: ({ seats }, regime) => {
    (seats[regime.instrument] as Seat).seen.takeRegime(regime);
  },
  [Kind.pattern]: ({ seats }, pattern) => {
    (seats[pattern.instrument] as Seat).seen.takePattern(pattern);
  },
  [Kind.signal]: signalStep,
};

/** L4: at each decision bar a module looks at signal, position and account and proposes; the gate answers at once. */
export const position = (layers: Layers, options: PositionOptions): OperatorFunction<Item, Item> =>
  stepOperator("position", () => deskOf(layers, options), HANDLERS, { emits: [Kind.intent, Kind.noEntry] });

const deskOf = ({ instruments, ...layers }: Layers, { module, limits, terms, tradeFromMs }: PositionOptions): Desk => {
  const seen = seenRows({ instruments, ...layers }, module.features ?? [], `position module ${module.name}`);
  const room = new EntryRoom(instruments, limits.position, terms);
  const { maxLossFraction } = limits.day;
  const seats = instruments.map((instrument, index) => new Seat(instrument, room, maxLossFraction, seen[index] as SeenRow));
  return { module, tradeFromMs, room, seats, states: instruments.map((instrument) => module.init(instrument)) };
};
