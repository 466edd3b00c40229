import type { OperatorFunction } from "rxjs";
import type { AccountState, Signal } from "../src/domain/derived.ts";
import type { Command } from "../src/domain/event.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Bar } from "../src/domain/kline.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { VenueTerms } from "../src/domain/ports.ts";
import type { RiskLimits } from "../src/risk/limits.ts";
import { NO_INSTRUMENT } from "../src/domain/units.ts";
import type { Serving } from "../models/serving.ts";
import { swapOf, swapped } from "../models/serving.ts";
import type { PolicyMember } from "../models/position/policyMember.ts";
import { isPolicyMember } from "../models/position/policyMember.ts";
import type { PositionModule } from "../models/position/positionModule.ts";
import type { Layers } from "./layers.ts";
import { seenRows, startServing } from "./layers.ts";
import { EntryRoom } from "./position/entryRoom.ts";
import { PolicyCall } from "./position/policyCall.ts";
import { Seat } from "./position/seat.ts";
import type { SeenRow } from "./seenRow.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** A member of L4. */
type Member = PositionModule | PolicyMember;

interface PositionOptions {
  /** The first serves at the start, unless `layers.serving` names another. */
  readonly members: readonly [Member, ...Member[]];
  readonly limits: Pick<RiskLimits, "position" | "day">;
  /** What the venue asks of an entry's size. */
  readonly terms: VenueTerms;
  /** Decision bars that close before this time only warm up: nothing is proposed. */
  readonly tradeFromMs: number;
}

interface Desk {
  readonly layers: Layers;
  readonly members: readonly Member[];
  /** Of the whole line, and who serves here. */
  serving: Serving;
  member: Member;
  /** By member: asks it; null: a step machine. Made at the start, so that a checkpoint knows them whoever serves. */
  readonly policies: readonly (PolicyCall | null)[];
  /** Of the member that serves. */
  policy: PolicyCall | null;
  /** Features that each member sees, by member and instrument. */
  readonly seen: readonly (readonly SeenRow[])[];
  readonly tradeFromMs: number;
  readonly room: EntryRoom;
  readonly seats: readonly Seat[];
  /** Of the step machine that serves, by instrument. */
  states: readonly unknown[];
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

const ask = ({ member, policy, states, tradeFromMs }: Desk, seat: Seat, emit: Emit): void => {
  seat.waits = false;
  if (seat.account.knownAtMs <= tradeFromMs) return;
  if (seat.emit !== emit) seat.emit = emit;
  if (policy === null) (member as PositionModule).decide(states[seat.instrument.index], seat, seat);
  else policy.ask(seat);
  seat.tellDeclined();
};

/** Between two bars. What L4 proposes has effects, so a member that does not serve cannot run muted: it begins anew. */
const commandStep = (desk: Desk, { command, argument, seq, knownAtMs, eventTimeMs, receivedTimeMs }: Command, emit: Emit): void => {
  const { registry } = desk.layers;
  if (command !== "swapModel" || registry === undefined) return;
  const { serving, refusal } = swapped(registry, desk.serving, swapOf(argument));
  if (refusal !== "")
    emit({
      ...{ kind: Kind.fault, seq, instrument: NO_INSTRUMENT, eventTimeMs, receivedTimeMs, knownAtMs },
      ...{ source: "swapModel", message: `${refusal}; the members go on that served before` },
    });
  const changed = serving.position !== desk.serving.position;
  desk.serving = serving;
  if (!changed) return;
  const at = desk.members.findIndex(({ name }) => name === serving.position);
  const member = desk.members[at] as Member;
  desk.member = member;
  desk.policy = desk.policies[at] as PolicyCall | null;
  desk.states = desk.seats.map(({ instrument }) => stateOf(member, instrument));
  for (const seat of desk.seats) seat.seen = (desk.seen[at] as readonly SeenRow[])[seat.instrument.index] as SeenRow;
};

const HANDLERS: StepHandlers<Desk> = {
  [Kind.bar]: barStep,
  [Kind.accountState]: accountStep,
  [Kind.featureRow]: ({ seen }, row) => {
    for (const rows of seen) (rows[row.instrument] as SeenRow).takeRow(row);
  },
  [Kind.regime]: ({ seen, seats }, regime) => {
    for (const rows of seen) (rows[regime.instrument] as SeenRow).takeRegime(regime);
    (seats[regime.instrument] as Seat).fellBack.regime = regime.fallback !== "";
  },
  [Kind.pattern]: ({ seen, seats }, pattern) => {
    for (const rows of seen) (rows[pattern.instrument] as SeenRow).takePattern(pattern);
    (seats[pattern.instrument] as Seat).fellBack.pattern = pattern.fallback !== "";
  },
  [Kind.signal]: signalStep,
  [Kind.command]: commandStep,
  [Kind.instrumentRules]: ({ room, seats }, { rules }) => {
    room.setRules(rules);
    (seats[rules.index] as Seat).instrument = rules;
  },
};

/**
 * L4: when a moment has closed, the member that serves is asked for each instrument that has a bar in it, in the order of the instruments. It looks at
 * signal, position and account and proposes; the gate answers at once.
 */
export const position = (layers: Layers, options: PositionOptions): OperatorFunction<Item, Item> =>
  stepOperator("position", () => deskOf(layers, options), HANDLERS, {
    emits: [Kind.intent, Kind.noEntry, Kind.inferenceFailure, Kind.fault],
  });

const policyOf = (member: Member, { failures }: Layers): PolicyCall | null =>
  isPolicyMember(member) ? new PolicyCall(member, failures ?? null) : null;

const stateOf = (member: Member, instrument: Instrument): unknown => (isPolicyMember(member) ? null : member.init(instrument));

const deskOf = (layers: Layers, { members, limits, terms, tradeFromMs }: PositionOptions): Desk => {
  const { instruments } = layers;
  const seen = members.map(({ name, features = [] }) => seenRows(layers, features, `position module ${name}`));
  const serving = startServing(layers, "position", members);
  const at = members.findIndex(({ name }) => name === serving.position);
  const member = members[at] as Member;
  const room = new EntryRoom(instruments, limits.position, terms);
  const { maxLossFraction } = limits.day;
  const own = seen[at] as readonly SeenRow[];
  const policies = members.map((each) => policyOf(each, layers));
  return {
    ...{ layers, members, serving, member, seen, tradeFromMs, room, policies },
    policy: policies[at] as PolicyCall | null,
    seats: instruments.map((instrument, index) => new Seat(instrument, room, maxLossFraction, own[index] as SeenRow)),
    states: instruments.map((instrument) => stateOf(member, instrument)),
    account: null,
    due: 0,
    closed: false,
  };
};
