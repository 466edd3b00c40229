import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** A line of `decisions.jsonl`: a bar at which something happened. */
export interface DecisionAt {
  readonly timeMs: number;
  readonly symbol: string;
  readonly signal: Readonly<Record<string, number>> | null;
  readonly happened: readonly Readonly<Record<string, unknown>>[];
}

/** The first bar at which two runs did not do the same; null: nothing happened in that run then. */
export interface DecisionDifference {
  readonly timeMs: number;
  readonly symbol: string;
  readonly first: DecisionAt | null;
  readonly other: DecisionAt | null;
}

/**
 * The first difference between two files `decisions.jsonl`; undefined where they are equal. Reads both side by side, a line of each at a
 * time, and no further than the difference.
 */
export const firstDecision = async (firstPath: string, otherPath: string): Promise<DecisionDifference | undefined> => {
  const firstLines = linesOf(firstPath);
  const otherLines = linesOf(otherPath);
  try {
    for (;;) {
      const [first, other] = await Promise.all([firstLines.next(), otherLines.next()]);
      if (first.done === true && other.done === true) return undefined;
      if (first.value === other.value) continue;
      return differenceOf(decisionOf(first.value), decisionOf(other.value));
    }
  } finally {
    await Promise.all([firstLines.return(undefined), otherLines.return(undefined)]);
  }
};

async function* linesOf(path: string): AsyncGenerator<string, undefined, undefined> {
  const stream = createReadStream(path, "utf8");
  try {
    yield* createInterface({ input: stream, crlfDelay: Infinity });
  } finally {
    stream.destroy();
  }
  return undefined;
}

const decisionOf = (line: string | undefined): DecisionAt | null => (line === undefined ? null : (JSON.parse(line) as DecisionAt));

/** Of two lines at different bars the earlier one differs: the other run did nothing then. */
const differenceOf = (first: DecisionAt | null, other: DecisionAt | null): DecisionDifference => {
  const sameBar = first?.timeMs === other?.timeMs && first?.symbol === other?.symbol;
  const firstCounts = sameBar || other === null || (first !== null && first.timeMs <= other.timeMs);
  const otherCounts = sameBar || !firstCounts;
  const at = (firstCounts ? first : other) as DecisionAt;
  return { timeMs: at.timeMs, symbol: at.symbol, first: firstCounts ? first : null, other: otherCounts ? other : null };
};
