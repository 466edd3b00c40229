/** One thing that CI does. */
export interface Step {
  readonly name: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Names of steps that end before this one starts, well or not. */
  readonly after?: readonly string[];
  /** It measures time: nothing runs beside it. */
  readonly alone?: true;
  /** It is ended after so many minutes. */
  readonly minutes: number;
  /** Its tests are counted in this JSON report of vitest; */
  readonly report?: string;
  /** or in the last line of its output, `N passed, N failed`. With neither it is one check. */
  readonly lastLineCounts?: true;
  /** A skipped test lacks what CI must have: it counts as failed. */
  readonly skippedFails?: true;
}

export interface EndedStep {
  readonly step: Step;
  /** Null: it was ended by a signal. */
  readonly code: number | null;
  readonly seconds: number;
  /** All that it wrote, stdout and stderr in the order of writing. */
  readonly output: string;
}

/**
 * Runs every step, `lanes` at a time and in the order of the list as far as `after` allows. A step that fails stops no other.
 * `start` runs one step and never rejects; `done` is called with each as it ends.
 */
export const runSteps = async (
  steps: readonly Step[],
  lanes: number,
  start: (step: Step) => Promise<EndedStep>,
  done: (ended: EndedStep) => void,
): Promise<void> => {
  const waiting = [...steps];
  const ended = new Set<string>();
  const running = new Set<Promise<void>>();
  const run = async (step: Step): Promise<void> => {
    done(await start(step));
    ended.add(step.name);
  };
  let alone = false;
  const mayStart = (step: Step): boolean =>
    running.size < (step.alone === true ? 1 : lanes) && !alone && (step.after ?? []).every((name) => ended.has(name));
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex(mayStart);
    if (next >= 0) {
      const step = waiting.splice(next, 1)[0] as Step;
      alone = step.alone === true;
      const lane = run(step).finally(() => {
        running.delete(lane);
        alone = false;
      });
      running.add(lane);
    } else if (running.size > 0) await Promise.race(running);
    else throw new Error(`no step can start: ${waiting.map(({ name, after = [] }) => `${name} after ${after.join(", ")}`).join("; ")}`);
  }
};

/** Steps whose name holds one of the words, and those that they wait for; all where no word is given. */
export const chosenSteps = (steps: readonly Step[], words: readonly string[]): Step[] => {
  if (words.length === 0) return [...steps];
  const chosen = new Set<string>();
  const choose = ({ name, after = [] }: Step): void => {
    chosen.add(name);
    for (const each of steps) if (after.includes(each.name)) choose(each);
  };
  for (const step of steps) if (words.some((word) => step.name.includes(word))) choose(step);
  return steps.filter(({ name }) => chosen.has(name));
};
