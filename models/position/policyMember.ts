import type { Upstreams } from "../serving.ts";
import type { InferenceOutcome } from "../windowMember.ts";
import type { PositionView, Proposals } from "./positionModule.ts";

/**
 * The second kind of member of L4, beside the step machine: a policy without state, such as a network. It is asked for one instrument at
 * a time, because what it sees depends on what was filled before, and only where it must decide: something is owned or on its way, or
 * the signal reaches `enterProbability`. Where it has no answer nothing is proposed: the position keeps its stop and its target.
 */
export interface PolicyMember {
  /** Names it in events and reports, e.g. `ppo@1`. */
  readonly name: string;
  /** Features that it reads (docs/features.md), in the order of `view.x`. */
  readonly features?: readonly string[];
  /** Members that it was trained behind: it speaks while they do. */
  readonly upstreams?: Upstreams;
  /** P(side) from which it is asked while nothing is owned or on its way. */
  readonly enterProbability: number;
  /** Numbers of an observation, and of an answer. */
  readonly inputs: number;
  readonly outputs: number;
  /** Fills `into`, `[inputs]`, with what it sees and returns "", or says why it cannot speak. */
  observe(view: PositionView, into: Float64Array): string;
  /** As `WindowMember.infer`, with one row: `input` is `[1, inputs]`, `out` `[1, outputs]`. Every number of an answer is finite. */
  infer(input: Float64Array, rows: number, out: Float64Array, unready: string[]): InferenceOutcome;
  /** Makes proposals of an answer. */
  act(out: Float64Array, view: PositionView, propose: Proposals): void;
}

export const isPolicyMember = (member: object): member is PolicyMember => "infer" in member;
