import { goingOn, readCheckpoint } from "../../src/engine/checkpoint.ts";
import { inBursts, replay } from "../replay.ts";
import { Recorded } from "./recorded.ts";
import { IDENTITY, SCENARIOS } from "./scenarios.ts";
import { Onlooker } from "./situation.ts";

export interface RestoreTask {
  readonly scenario: string;
  readonly path: string;
}

/** Knows of the run that was cut the name and the file. Sends the bytes of its decisions, or what went wrong. */
const restore = async ({ scenario, path }: RestoreTask): Promise<Uint8Array> => {
  const { options, events } = await (SCENARIOS[scenario] as (typeof SCENARIOS)[string])();
  const { source, options: drive } = goingOn(readCheckpoint(path, IDENTITY), bursts(events));
  const hash = new Recorded();
  await replay({ ...options, source, hash, end: new Onlooker().operator, drive });
  return hash.records;
};

async function* bursts(events: Parameters<typeof inBursts>[0]): AsyncGenerator<Parameters<typeof inBursts>[0], void, undefined> {
  yield* inBursts(events, 419);
}

process.once("message", (task: RestoreTask) => {
  const answer = (message: unknown): void => {
    process.send?.(message, () => {
      process.disconnect();
    });
  };
  restore(task).then(answer, (error: unknown) => {
    answer(error instanceof Error ? (error.stack ?? error.message) : String(error));
  });
});
