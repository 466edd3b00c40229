import type { Shadow } from "../../src/domain/derived.ts";
import type { Emit } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import { failureIn, whySilent } from "./asking.ts";
import type { Cause } from "./layerKind.ts";
import type { AnyLayer, AnySeat } from "./layerState.ts";
import type { MemberRows } from "./memberRows.ts";
import type { StepSeat } from "./seat.ts";
import type { ShadowBars } from "./shadowBars.ts";
import type { WindowPlace } from "./windowPlaces.ts";

/** Takes a bar, if it is a judged one; all step members have decided, and the ring holds it. */
export const shadowBar = (layer: AnyLayer, shadows: ShadowBars, seat: AnySeat, { seq, instrument, knownAtMs }: Cause): void => {
  if (knownAtMs % shadows.everyMs !== 0 || shadows.leftOut[instrument] === 1) return;
  const { kind, stepAt, places } = layer.members;
  const { compared } = shadows;
  const rows = new Int32Array(compared.length).fill(-1);
  const values = new Float64Array(compared.length * kind.numbers);
  const own = new Uint8Array(compared.length);
  for (let i = 0; i < compared.length; i += 1) {
    const at = compared[i] as number;
    const step = seat.steps[Math.max(0, stepAt[at] as number)] as StepSeat;
    values.set(step.numbers, i * kind.numbers);
    const place = places[at] as WindowPlace | null;
    if (place === null) own[i] = step.reason === "" ? 1 : 0;
    else if (!standsApart(layer, place) && whySilent(seat, place) === "") rows[i] = (shadows.rows[i] as MemberRows).add(place, seat.ring);
  }
  shadows.pending.push({ seq, instrument, knownAtMs, rows, values, own });
};

/** A member before it, that it was trained behind, does not serve any more. */
const standsApart = ({ serving }: AnyLayer, { member: { upstreams = {} } }: WindowPlace): boolean =>
  (upstreams.regime !== undefined && upstreams.regime !== serving.regime) ||
  (upstreams.pattern !== undefined && upstreams.pattern !== serving.pattern);

/** Asks everybody who is compared, and says what they said. A failure is nobody's but theirs: the rule's numbers stay, and nothing is journaled. */
export const sayShadows = (layer: AnyLayer, emit: Emit): void => {
  const { shadows } = layer;
  if (shadows === null || shadows.pending.length === 0) return;
  const { kind, places } = layer.members;
  const { pending, compared } = shadows;
  for (let i = 0; i < compared.length; i += 1) {
    const place = places[compared[i] as number] as WindowPlace | null;
    if (place === null) continue;
    const answers = (shadows.rows[i] as MemberRows).infer(place, kind.numbers);
    for (const { rows, values, own } of pending) {
      const row = rows[i] as number;
      if (row < 0 || answers.unready[row] !== "" || failureIn(kind, answers, row) !== null) continue;
      values.set(answers.numbers.subarray(row * kind.numbers, (row + 1) * kind.numbers), i * kind.numbers);
      own[i] = 1;
    }
  }
  shadows.pending = [];
  for (const { seq, instrument, knownAtMs, values, own } of pending)
    emit({ kind: Kind.shadow, seq, instrument, knownAtMs, layer: kind.layer, values, width: kind.numbers, own } satisfies Shadow);
};
