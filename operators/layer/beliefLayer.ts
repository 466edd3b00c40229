import type { OperatorFunction } from "rxjs";
import type { FeatureRow, Gap, Pattern, Regime } from "../../src/domain/derived.ts";
import type { Command } from "../../src/domain/event.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Emit, Item } from "../../src/domain/item.ts";
import { Kind, KIND_COUNT } from "../../src/domain/kind.ts";
import type { Bar } from "../../src/domain/kline.ts";
import type { Serving } from "../../models/serving.ts";
import { swapOf, swapped } from "../../models/serving.ts";
import type { WindowMember } from "../../models/windowMember.ts";
import { isWindowMember } from "../../models/windowMember.ts";
import type { Layers } from "../layers.ts";
import { seenRows, startServing } from "../layers.ts";
import type { SeenRow } from "../seenRow.ts";
import type { StepHandlers } from "../stepOperator.ts";
import { stepOperator } from "../stepOperator.ts";
import { ask, release, sayStep } from "./asking.ts";
import { Batch } from "./batch.ts";
import type { Cause, LayerKind, StepMember, Trigger } from "./layerKind.ts";
import type { AnyLayer, AnySeat, Members } from "./layerState.ts";
import { MemberRows } from "./memberRows.ts";
import { UNREADY } from "./notReady.ts";
import { LayerSeat } from "./seat.ts";
import type { StepSeat } from "./seat.ts";
import { ShadowBars } from "./shadowBars.ts";
import { sayShadows, shadowBar } from "./shadowing.ts";
import { upstreamFell } from "./upstreamFell.ts";
import { windowPlace, windowWidths } from "./windowPlaces.ts";
import { WindowRing } from "./windowRing.ts";

// ---- what a layer sees --------------------------------------------------------------------------------------------------

const barStep = (layer: AnyLayer, bar: Bar, emit: Emit): void => {
  const { kind, trigger, steps } = layer.members;
  const seat = layer.seats[bar.instrument] as AnySeat;
  if (bar.base) {
    if (trigger === Kind.bar) speak(layer, seat, bar, bar, emit);
    else seat.see(bar);
  } else if (kind.longerBar !== undefined)
    for (let i = 0; i < steps.length; i += 1) kind.longerBar(steps[i] as StepMember, (seat.steps[i] as StepSeat).state, bar);
};

const rowStep = (layer: AnyLayer, row: FeatureRow, emit: Emit): void => {
  const seat = layer.seats[row.instrument] as AnySeat;
  for (const { seen } of seat.steps) seen.takeRow(row);
  seat.ring?.takeRow(row);
  if (layer.members.trigger === Kind.featureRow) speak(layer, seat, seat.bar, row, emit);
};

const regimeStep = (layer: AnyLayer, regime: Regime, emit: Emit): void => {
  const seat = layer.seats[regime.instrument] as AnySeat;
  for (const { seen } of seat.steps) seen.takeRegime(regime);
  seat.ring?.takeRegime(regime);
  seat.fellBack.regime = regime.fallback !== "";
  if (layer.members.trigger === Kind.regime) speak(layer, seat, seat.bar, regime, emit);
};

const patternStep = (layer: AnyLayer, pattern: Pattern, emit: Emit): void => {
  const seat = layer.seats[pattern.instrument] as AnySeat;
  for (const { seen } of seat.steps) seen.takePattern(pattern);
  seat.ring?.takePattern(pattern);
  seat.fellBack.pattern = pattern.fallback !== "";
  speak(layer, seat, seat.bar, pattern, emit);
};

const gapStep = ({ members: { kind, steps }, seats }: AnyLayer, gap: Gap): void => {
  const seat = seats[gap.instrument] as AnySeat;
  seat.ring?.clear();
  for (let i = 0; i < steps.length; i += 1) {
    const member = steps[i] as StepMember;
    if (member.onGap === "reset") (seat.steps[i] as StepSeat).state = kind.init(member, seat.instrument);
  }
};

/** Every layer follows every swap, so that all of them refuse the same ones; L4 reports a refusal. A swap ends all canaries. */
const commandStep = (layer: AnyLayer, { command, argument }: Command, emit: Emit): void => {
  const { kind, layers, names } = layer.members;
  if (command !== "swapModel" || layers.registry === undefined) return;
  const { serving, refusal } = swapped(layers.registry, layer.serving, swapOf(argument));
  if (refusal !== "") return;
  const at = names.indexOf(serving[kind.layer]);
  if (at !== layer.at || layer.canaries !== null) release(layer, emit);
  for (const before of ["regime", "pattern"] as const)
    for (let i = 0; i < layer.seats.length; i += 1)
      if (serving[before] !== layer.serving[before] || (layer.canariesStand && hasCanary(layers, before, i)))
        (layer.seats[i] as AnySeat).ring?.swapped(before);
  layer.canariesStand = false;
  layer.canaries = null;
  layer.serving = serving;
  layer.at = at;
};

const hasCanary = ({ canaries = [] }: Layers, before: "regime" | "pattern", instrument: number): boolean =>
  canaries.some((canary) => (canary.instrument as number) === instrument && canary.members[before] !== undefined);

// ---- what it says -------------------------------------------------------------------------------------------------------

const servesAt = ({ canaries, at }: AnyLayer, instrument: number): number => {
  const canary = canaries === null ? -1 : (canaries[instrument] as number);
  return canary >= 0 ? canary : at;
};

/** Exactly one belief a bar. Every step member sees the bar, whoever serves. */
const speak = (layer: AnyLayer, seat: AnySeat, bar: Bar, cause: Cause, emit: Emit): void => {
  const { kind, steps, stepAt } = layer.members;
  for (let i = 0; i < steps.length; i += 1) {
    const own = seat.steps[i] as StepSeat;
    own.reason = kind.decide(steps[i] as StepMember, own.state, bar, own.seen, own.numbers);
    if (own.reason !== "") kind.silence(own.numbers);
  }
  const at = servesAt(layer, cause.instrument);
  const step = stepAt[at] as number;
  if (seat.ring !== null) {
    const rule = seat.steps[0] as StepSeat;
    seat.ring.takeRule(rule.numbers, rule.reason === "");
    seat.ring.close();
    if (layer.shadows !== null) shadowBar(layer, layer.shadows, seat, cause);
    if (step < 0) {
      ask(layer, seat, at, bar.openTimeMs, cause, emit);
      return;
    }
  }
  const { reason } = seat.steps[step] as StepSeat;
  const why = step > 0 && upstreamFell(seat.fellBack, steps[step] as StepMember) ? UNREADY.upstream : step > 0 ? reason : "";
  sayStep(layer, seat, why === "" ? at : 0, bar.openTimeMs, cause, why, emit);
};

// ---- the operator -------------------------------------------------------------------------------------------------------

const STEPS: StepHandlers<AnyLayer> = {
  [Kind.bar]: barStep,
  [Kind.featureRow]: rowStep,
  [Kind.regime]: regimeStep,
  [Kind.pattern]: patternStep,
  [Kind.gap]: gapStep,
  [Kind.command]: commandStep,
};

type AnyStep = (layer: AnyLayer, item: Item, emit: Emit) => void;

/** With a window member: every item passes through the batch, which holds it while a bar waits. */
const held = (step: AnyStep | undefined) => (layer: AnyLayer, item: Item, emit: Emit) => {
  const batch = layer.batch as Batch<unknown>;
  batch.pass(item, emit);
  step?.(layer, item, emit);
  if (batch.isFull(layer.members.places[layer.at]?.member.batchRows)) release(layer, emit);
};

const HOLDING: StepHandlers<AnyLayer> = {
  ...(Object.fromEntries(
    Array.from({ length: KIND_COUNT }, (_, kind) => [kind, held(STEPS[kind as Kind] as AnyStep | undefined)]),
  ) as StepHandlers<AnyLayer>),
  [Kind.barrier]: (layer, barrier, emit) => {
    release(layer, emit);
    sayShadows(layer, emit);
    emit(barrier);
  },
};

const ended = (layer: AnyLayer, emit: Emit): void => {
  release(layer, emit);
  sayShadows(layer, emit);
};

/**
 * A layer of beliefs: exactly one belief behind every decision bar, ready or with its reason.
 *
 * `members` begins with the layer's rule, a step member; others are step members or window members. Every step member sees every bar,
 * whoever serves, so that fallback and swap find it warm. A window member is asked at the barrier, once for all bars of a burst
 * (`[rows, window, numbers]`): from the first bar that waits on, everything is held, so results do not depend on the burst size, and
 * items that reach this operator must not be pooled. Held at most: `BATCH_ROWS_MAX` rows, or the `batchRows` of the member that serves, and
 * `HELD_ITEMS_MAX` items; then the batch goes before its barrier.
 *
 * The rule speaks where the member that serves does not: its window is not full, or not of one upstream, or holds an unknown feature, it reads the rule and that is not ready, it says itself that it
 * cannot, its inference failed (then an `inferenceFailure` stands before the belief), or an upstream that it names fell back at that bar.
 * Failures in `layers.failures` are those of a journal: their rows are not asked. The command `swapModel` switches members between two
 * bars, all layers that it names or none, and ends every canary, a member that serves one instrument. Those who are compared (`layers.shadows`) say at the barrier what
 * they would have said (`shadow`). Throws `UserError`s for members that do not fit the line.
 */
export const beliefLayer = <M extends StepMember, V>(
  kind: LayerKind<M, V>,
  trigger: Trigger,
  layers: Layers,
  list: readonly [M, ...(M | WindowMember)[]],
): OperatorFunction<Item, Item> => {
  const members = membersOf(kind, trigger, layers, list) as unknown as Members<StepMember, unknown>;
  const start = startServing(layers, kind.layer, list);
  const windowed = list.some(isWindowMember);
  const init = (): AnyLayer => layerOf(members, start, windowed);
  return windowed
    ? stepOperator(kind.layer, init, HOLDING, { passing: "handler", flush: ended })
    : stepOperator(kind.layer, init, STEPS, { emits: [kind.emits] });
};

const membersOf = <M extends StepMember, V>(
  kind: LayerKind<M, V>,
  trigger: Trigger,
  layers: Layers,
  list: readonly (M | WindowMember)[],
): Members<M, V> => {
  const steps = list.filter((member): member is M => !isWindowMember(member));
  const names = list.map(({ name }) => name);
  for (const member of steps) seenRows(layers, member.features ?? [], `${kind.layer} module ${member.name}`);
  return {
    ...{ kind, trigger, layers, names, steps },
    stepAt: list.map((member) => steps.indexOf(member as M)),
    places: list.map((member) => (isWindowMember(member) ? windowPlace(kind.layer, kind.numbers, member, layers) : null)),
    spoken: names.map((member) => ({ member, reason: "", fallback: "" })),
  };
};

const layerOf = (members: Members<StepMember, unknown>, serving: Serving, windowed: boolean): AnyLayer => {
  const { kind, layers, steps, places, names } = members;
  const bars = Math.max(0, ...places.map((place) => place?.member.window ?? 0));
  const seen = steps.map(({ name, features = [] }) => seenRows(layers, features, `${kind.layer} module ${name}`));
  const seatOf = (instrument: Instrument, index: number): AnySeat =>
    new LayerSeat(
      instrument,
      kind.voice(instrument),
      steps.map((member, step) => ({
        state: kind.init(member, instrument),
        seen: (seen[step] as SeenRow[])[index] as SeenRow,
        numbers: new Float64Array(kind.numbers),
        reason: "",
      })),
      bars === 0 ? null : new WindowRing(bars, windowWidths(kind.layer, kind.numbers, layers)),
    );
  return {
    members,
    seats: layers.instruments.map(seatOf),
    serving,
    at: names.indexOf(serving[kind.layer]),
    canaries: canariesOf(members),
    canariesStand: (layers.canaries ?? []).length > 0,
    batch: windowed ? new Batch() : null,
    rows: places.map((place) => (place === null ? null : new MemberRows())),
    shadows: shadowsOf(members),
  };
};

/** By instrument, who serves there apart; null: nobody. */
const canariesOf = ({ kind, layers, names }: Members<StepMember, unknown>): Int32Array | null => {
  const own = (layers.canaries ?? []).filter(({ members }) => members[kind.layer] !== undefined);
  if (own.length === 0) return null;
  const places = new Int32Array(layers.instruments.length).fill(-1);
  for (const { instrument, members } of own) places[instrument] = names.indexOf(members[kind.layer] as string);
  return places;
};

/** Instruments that have a canary, of whatever layer, are not compared. */
const shadowsOf = ({ kind, layers, names }: Members<StepMember, unknown>): ShadowBars | null => {
  const compared = layers.shadows?.members[kind.layer] ?? [];
  if (layers.shadows === undefined || compared.length === 0) return null;
  const leftOut = new Uint8Array(layers.instruments.length);
  for (const { instrument } of layers.canaries ?? []) leftOut[instrument] = 1;
  return new ShadowBars(
    compared.map((name) => names.indexOf(name)),
    layers.shadows.everyMs,
    leftOut,
  );
};
