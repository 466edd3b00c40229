import type { InferenceFailure } from "../../src/domain/event.ts";
import type { InferenceFailures } from "../../src/domain/inferenceFailures.ts";
import type { PolicyMember } from "../../models/position/policyMember.ts";
import { failureOf } from "../layer/failureOf.ts";
import { UNREADY } from "../layer/notReady.ts";
import { upstreamFell } from "../layer/upstreamFell.ts";
import type { Seat } from "./seat.ts";

const LAYER = "position";

/** Asks a policy at one seat, and lets it act on its answer. It keeps buffers, and no state of the line. */
export class PolicyCall {
  private readonly policy: PolicyMember;
  /** Of the journal that is replayed; null: none. */
  private readonly failures: InferenceFailures | null;
  private readonly input: Float64Array;
  private readonly out: Float64Array;
  private readonly unready: string[] = [""];

  constructor(policy: PolicyMember, failures: InferenceFailures | null) {
    this.policy = policy;
    this.failures = failures;
    this.input = new Float64Array(policy.inputs);
    this.out = new Float64Array(policy.outputs);
  }

  /** Nothing is proposed where the policy has no answer; a failed inference is told. */
  ask(seat: Seat): void {
    if (!mustDecide(this.policy, seat)) return;
    const { openTimeMs } = seat.bar;
    const { index } = seat.instrument;
    const failure = this.failures?.reason(LAYER, index, openTimeMs) ?? this.infer(seat);
    const reason = this.unready[0] as string;
    if (failure !== null) {
      const { seq, knownAtMs } = seat.account;
      seat.emit(failureOf(LAYER, { seq, instrument: index, knownAtMs }, openTimeMs, failure));
    } else if (reason === "") this.policy.act(this.out, seat, seat);
    else if (seat.position.positionLots === 0) seat.wait(reason);
  }

  /** Why there is no answer; null: there is one, or a reason in `unready`. */
  private infer(seat: Seat): InferenceFailure["reason"] | null {
    const { policy, input, out, unready } = this;
    const silent = anyFell(policy, seat) ? UNREADY.upstream : seat.known ? policy.observe(seat, input) : UNREADY.feature;
    unready[0] = silent;
    if (silent !== "") return null;
    out.fill(NaN);
    const outcome = policy.infer(input, 1, out, unready);
    if (outcome !== "ok") return outcome;
    return this.unready[0] === "" && !out.every((x) => x - x === 0) ? "notFinite" : null;
  }
}

/** Something is owned or on its way, or the signal would open a position. */
const mustDecide = ({ enterProbability }: PolicyMember, { position, entryPending, exitPending, signal }: Seat): boolean =>
  position.positionLots !== 0 || entryPending || exitPending || (signal.ready && Math.max(signal.pLong, signal.pShort) >= enterProbability);

/** Somebody else than a member that it names spoke before it at this bar. */
const anyFell = (policy: PolicyMember, { fellBack, signal }: Seat): boolean =>
  upstreamFell(fellBack, policy) || (signal.fallback !== "" && policy.upstreams?.signal !== undefined);
