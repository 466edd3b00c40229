import { expect, it } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import { FakeNetwork } from "../../../test/fakeNetwork.ts";
import type { Event, InferenceFailure } from "../../domain/event.ts";
import { Kind } from "../../domain/kind.ts";
import { DecisionTrail, firstDifference } from "../../engine/decisionTrail.ts";
import { beliefsOf } from "./beliefs.ts";
import { composeRun } from "./composeRun.ts";
import type { ComposedRun } from "./composeRun.ts";
import { replayRun } from "./replayRun.ts";
import { secondPass } from "./secondPass.ts";

it("a second pass decides the same where an inference failed in the first one only", async () => {
  const config = configSchema.parse({ simulate: { days: 1 }, data: { warmUp: false } });
  const composed = await composeRun(config, "research", { simulate: true, dirGiven: false, captures: [] }, {});
  const network = new FakeNetwork({ window: 2, features: ["return_1"], fails: ({ number }) => (number === 0 ? "late" : null) });
  const others = { regime: [], pattern: [], signal: [network] };
  const run = { ...composed, layers: { ...composed.layers, others, serving: { signal: network.name } } } as unknown as ComposedRun;
  const [signal, progress] = [new AbortController().signal, () => undefined];
  const failed: InferenceFailure[] = [];
  const journal = {
    append: (event: Event) => void (event.kind === Kind.inferenceFailure && failed.push(event)),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const trail = new DecisionTrail();
  await replayRun(run, { events: run.data.events(), beliefs: await beliefsOf(null, run), journal, hash: trail, signal, progress });
  expect(failed.length).toBeGreaterThan(100);
  const again = async (those: readonly InferenceFailure[]) => {
    const pass = await secondPass(run, Infinity, { failed: those, signal, progress });
    return pass === null ? null : firstDifference(trail.bars(), pass.bars);
  };
  expect(await again([])).toMatchObject({ knownAtMs: (failed[0] as InferenceFailure).knownAtMs });
  expect(await again(failed)).toBeUndefined();
  await run.data.close();
});
