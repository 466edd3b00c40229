import type { OperatorFunction } from "rxjs";
import type { AccountState, Signal } from "../src/domain/derived.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Bar } from "../src/domain/kline.ts";
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

interface PositionOptions {
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
  account: AccountState | null;
  /** Decision bars whose signal is on its way. */
  due: number;
  /** The moment has closed: all are asked as soon as no signal is due. */
  closed: boolean;
}

const barStep = (desk: Desk, bar: Bar): void => {
  if (!bar.base) return;
  desk.due += 1;
  (desk.seats[bar.instrument] as Seat).see(bar);
};

/** The last bar of a moment closes it before that bar's own signal is there. */
const accountStep = (desk: Desk, account: AccountState, emit: Emit): void => {
  if (desk.account !== account) follow(desk, account);
  if (account.late) (desk.seats[account.instrument] as Seat).late = true;
  if (!account.atClose) return;
  desk.closed = true;
  if (desk.due === 0) askAll(desk, emit);
};

/** Pooled: looked at from now on. */
const follow = (desk: Desk, account: AccountState): void => {
  desk.account = account;
  desk.room.follow(account);
  for (const seat of desk.seats) seat.account = account;
};

const signalStep = (desk: Desk, signal: Signal, emit: Emit): void => {
  const seat = desk.seats[signal.instrument] as Seat;
  desk.due -= 1;
  // The same object at every bar: stored once.
  if (seat.signal !== signal) seat.signal = signal;
  seat.waits = true;
  if (seat.late) {
    seat.late = false;
    ask(desk, seat, emit);
  } else if (desk.closed && desk.due === 0) askAll(desk, emit);
};

/** Instruments stand in the order of their symbols: where a limit of the account binds, the first one gets the room. */
const askAll = (desk: Desk, emit: Emit): void => {
  desk.closed = false;
  for (const seat of desk.seats) if (seat.waits) ask(desk, seat, emit);
};

const ask = ({ module, states, tradeFromMs }: Desk, seat: Seat, emit: Emit): void => {
  seat.waits = false;
  if (seat.account.knownAtMs <= tradeFromMs) return;
  if (seat.emit !== emit) seat.emit = emit;
  module.decide(states[seat.instrument.index], seat, seat);
  seat.tellDeclined();
};

const HANDLERS: StepHandlers<Desk> = {
  [Kind.bar]: barStep,
  [Kind.accountState]: accountStep,
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

/**
 * L4: when a moment has closed, the module is asked for each instrument that has a bar in it, in the order of the instruments. It looks at
 * signal, position and account and proposes; the gate answers at once.
 */
export const position = (layers: Layers, options: PositionOptions): OperatorFunction<Item, Item> =>
  stepOperator("position", () => deskOf(layers, options), HANDLERS, { emits: [Kind.intent, Kind.noEntry] });

const deskOf = ({ instruments, ...layers }: Layers, { module, limits, terms, tradeFromMs }: PositionOptions): Desk => {
  const seen = seenRows({ instruments, ...layers }, module.features ?? [], `position module ${module.name}`);
  const room = new EntryRoom(instruments, limits.position, terms);
  const { maxLossFraction } = limits.day;
  const seats = instruments.map((instrument, index) => new Seat(instrument, room, maxLossFraction, seen[index] as SeenRow));
  return {
    module,
    tradeFromMs,
    room,
    seats,
    states: instruments.map((instrument) => module.init(instrument)),
    account: null,
    due: 0,
    closed: false,
  };
};
