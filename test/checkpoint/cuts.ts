import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { writeCheckpoint } from "../../src/engine/checkpoint.ts";
import type { Event } from "../../src/domain/event.ts";
import { randomOf } from "../randomMarket.ts";
import { replay } from "../replay.ts";
import { Recorded } from "./recorded.ts";
import type { RestoreTask } from "./restoreProcess.ts";
import type { Scenario } from "./scenarios.ts";
import { IDENTITY, SCENARIOS } from "./scenarios.ts";
import { holesOf, isNewDay, Onlooker } from "./situation.ts";
import type { Name, Situation } from "./situation.ts";

/** A cut of a run: where, what was going on, and whether a fresh process that went on from its file decided the rest as the run did. */
export interface Cut {
  readonly at: number;
  readonly situation: Situation;
  readonly same: boolean;
  /** Bytes of the decisions behind the cut. */
  readonly bytes: number;
}

/**
 * Runs a scenario whole and cuts it, with a checkpoint at each cut: for each named situation where it is first seen behind a drawn place, and at
 * `more` drawn places. Then goes on from each file in a process of its own.
 */
export const cuts = async (name: string, folder: string, wanted: readonly Name[], more: number, seed: number): Promise<Cut[]> => {
  const { options, events } = await (SCENARIOS[name] as () => Promise<Scenario>)();
  const random = randomOf(seed);
  const holes = holesOf(events);
  const onlooker = new Onlooker();
  const hash = new Recorded();
  const drawn = new Set(Array.from({ length: more }, () => 1 + Math.floor(random() * 0.95 * events.length)));
  const from = new Map(wanted.map((each) => [each, Math.floor(random() * 0.5 * events.length)]));
  const made: { readonly at: number; readonly situation: Situation; readonly before: number }[] = [];
  const path = (at: number): string => `${folder}/${name}-${at}`;
  const checkpoint = (at: number, states: () => Uint8Array): void => {
    const situation = onlooker.situation(events[at - 1], events[at], holes[at] === true);
    const found = [...from].filter(([each, first]) => at >= first && situation[each]).map(([each]) => each);
    if (found.length === 0 && !drawn.has(at)) return;
    for (const each of found) from.delete(each);
    writeCheckpoint(path(at), { nextSeq: at, states: states() }, IDENTITY);
    made.push({ at, situation, before: hash.records.length });
  };
  await replay({
    ...options,
    source: inBurstsOfChance(events, [...drawn], holes, random),
    hash,
    end: onlooker.operator,
    drive: { checkpoint },
  });
  const whole = hash.records;
  const found: Cut[] = [];
  for (const { at, situation, before } of made) {
    const rest = await restored({ scenario: name, path: path(at) });
    found.push({ at, situation, same: Buffer.concat([whole.subarray(0, before), rest]).equals(whole), bytes: rest.length });
  }
  return found;
};

/** Bursts of up to 25 events; they end at the drawn places, ahead of every hole and at every midnight. */
function* inBurstsOfChance(
  events: readonly Event[],
  drawn: readonly number[],
  holes: readonly boolean[],
  random: () => number,
): Generator<readonly Event[], void, undefined> {
  const ends = new Set([...drawn, events.length]);
  for (const [at, event] of events.entries()) if (at > 0 && (holes[at] === true || isNewDay(events[at - 1], event))) ends.add(at);
  for (let at = 0; at < events.length; at += 1 + Math.floor(random() * 25)) if (at > 0) ends.add(at);
  let from = 0;
  for (const to of [...ends].sort((a, b) => a - b)) {
    yield events.slice(from, to);
    from = to;
  }
}

const LOADER = new URL("../../bin/loader.mjs", import.meta.url).href;
const PROGRAM = fileURLToPath(new URL("restoreProcess.ts", import.meta.url));

/** What a fresh process decides from a checkpoint on. */
const restored = (task: RestoreTask): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const child = fork(PROGRAM, [], { execArgv: ["--import", LOADER], serialization: "advanced" });
    child.once("message", (rest: Uint8Array | string) => {
      if (typeof rest === "string") reject(new Error(rest));
      else resolve(Buffer.from(rest));
    });
    child.once("exit", (code) => {
      reject(new Error(`the process that restored ${task.path} ended with ${code}`));
    });
    child.send(task);
  });
