import type { InferenceFailure } from "../../src/domain/event.ts";
import type { Emit, Item } from "../../src/domain/item.ts";
import type { Batch } from "./batch.ts";
import { failureOf } from "./failureOf.ts";
import type { Cause, LayerKind, Spoken } from "./layerKind.ts";
import type { AnyLayer, AnySeat } from "./layerState.ts";
import type { Answers, MemberRows } from "./memberRows.ts";
import { UNREADY } from "./notReady.ts";
import type { StepSeat } from "./seat.ts";
import { upstreamFell } from "./upstreamFell.ts";
import type { WindowPlace } from "./windowPlaces.ts";

/** A step member speaks: at once, or, while others wait, in its turn. `at`: its place among the members. */
export const sayStep = (
  layer: AnyLayer,
  seat: AnySeat,
  at: number,
  barTimeMs: number,
  cause: Cause,
  fallback: string,
  emit: Emit,
): void => {
  const { kind, names, spoken, stepAt } = layer.members;
  const { batch } = layer;
  const { numbers, reason } = seat.steps[stepAt[at] as number] as StepSeat;
  if (batch !== null && batch.pending.length > 0) wait(layer, seat, at, { at: -1, row: -1, barTimeMs, fallback, failure: null }, cause);
  else if (reason === "" && fallback === "") kind.say(seat.voice, cause, numbers, 0, spoken[at] as Spoken, emit);
  else kind.say(seat.voice, cause, numbers, 0, { member: names[at] as string, reason, fallback }, emit);
};

type Asked = Pick<Batch<unknown>["pending"][number], "at" | "row" | "barTimeMs" | "fallback" | "failure">;

const wait = (
  layer: AnyLayer,
  seat: AnySeat,
  step: number,
  { at, row, barTimeMs, fallback, failure }: Asked,
  { instrument, seq, knownAtMs }: Cause,
): void => {
  const batch = layer.batch as Batch<unknown>;
  const { names, stepAt } = layer.members;
  const { numbers, reason } = seat.steps[stepAt[step] as number] as StepSeat;
  const heldBefore = batch.held.length;
  const stepSaid = numbers.slice();
  // One literal: spreads cost microseconds a bar here.
  batch.pending.push({
    seat,
    cause: { instrument, seq, knownAtMs },
    barTimeMs,
    heldBefore,
    at,
    row,
    fallback,
    failure,
    step: names[step] as string,
    stepSaid,
    stepReason: reason,
  });
};

/** The window member that serves gets a row of the batch, or the rule speaks for it. */
export const ask = (layer: AnyLayer, seat: AnySeat, at: number, barTimeMs: number, cause: Cause, emit: Emit): void => {
  const { kind, layers, places } = layer.members;
  const batch = layer.batch as Batch<unknown>;
  const place = places[at] as WindowPlace;
  const failure = layers.failures?.reason(kind.layer, cause.instrument, barTimeMs) ?? null;
  let fallback = failure ?? whySilent(seat, place);
  const row = fallback === "" ? (layer.rows[at] as MemberRows).add(place, seat.ring) : -1;
  if (row < 0 && fallback === "") fallback = UNREADY.feature;
  if (row < 0 && batch.pending.length === 0) {
    if (failure !== null) emit(failureOf(kind.layer, cause, barTimeMs, failure));
    sayStep(layer, seat, 0, barTimeMs, cause, fallback, emit);
    return;
  }
  if (row >= 0) batch.rows += 1;
  wait(layer, seat, 0, { at, row, barTimeMs, fallback, failure }, cause);
};

/** Why a window member cannot be asked about the present bar; "": it can. */
export const whySilent = (seat: AnySeat, { member }: WindowPlace): string => {
  if (upstreamFell(seat.fellBack, member)) return UNREADY.upstream;
  if (seat.ring?.holds(member.window, member.beliefs) !== true) return UNREADY.window;
  return member.rule === true && !seat.ring.holdsRule(member.window) ? UNREADY.rule : "";
};

/** Infers once, and lets everything go that is held, each belief directly behind what it is caused by. */
export const release = (layer: AnyLayer, emit: Emit): void => {
  const { batch } = layer;
  if (batch === null || batch.pending.length === 0) return;
  const { kind, places, spoken } = layer.members;
  const { held, pending } = batch;
  const answers = layer.rows.map((rows, at) => (rows === null ? null : rows.infer(places[at] as WindowPlace, kind.numbers)));
  batch.clear();
  let sent = 0;
  for (const each of pending) {
    for (; sent < each.heldBefore; sent += 1) emit(held[sent] as Item);
    const { seat, cause, row } = each;
    const said = answers[each.at] as Answers;
    const failure = each.failure ?? (row < 0 ? null : failureIn(kind, said, row));
    const fallback = failure ?? (row < 0 ? each.fallback : (said.unready[row] as string));
    if (failure !== null) emit(failureOf(kind.layer, cause, each.barTimeMs, failure));
    if (row >= 0 && fallback === "") kind.say(seat.voice, cause, said.numbers, row * kind.numbers, spoken[each.at] as Spoken, emit);
    else kind.say(seat.voice, cause, each.stepSaid, 0, { member: each.step, reason: each.stepReason, fallback }, emit);
  }
  for (; sent < held.length; sent += 1) emit(held[sent] as Item);
};

export const failureIn = (
  kind: Pick<LayerKind<never, unknown>, "flaw" | "numbers">,
  { outcome, numbers, unready }: Answers,
  row: number,
): InferenceFailure["reason"] | null => {
  if (outcome !== "ok") return outcome;
  return unready[row] === "" ? kind.flaw(numbers, row * kind.numbers) : null;
};
