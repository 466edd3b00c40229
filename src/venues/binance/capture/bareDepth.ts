import type { Row } from "../parse/message.ts";

/** A run of books between two differences. */
interface Between {
  count: number;
  /** They follow each other, and the difference before them, by `pu`. */
  chained: boolean;
  finalId: string;
}

/** What messages of one symbol say of themselves. */
interface Evidence {
  /** Differences for sure: no whole book looks like them. */
  differences: number;
  books: number;
  firstBookAt: string;
  /** Books that the differences around them follow, and such that they leave out. */
  votesDifference: number;
  votesPartial: number;
  lastFinalId: string;
  between: Between | null;
}

/** Books of a stream without a name and without differences beside it are taken for whole ones from this many on. */
const BOOKS_MIN = 3;

/**
 * Tells whether messages `depthUpdate` that do not carry their stream's name are differences (`@depth`) or the best levels in whole
 * (`@depth20`), which have the same form. Only a message with exactly 5, 10 or 20 sorted levels a side can be the latter. Where such ones
 * stand between differences, these tell: either they go on from them by `pu`, or they go on from each other as if nothing were between.
 * Holds a few numbers a symbol.
 */
export class BareDepth {
  private readonly symbols = new Map<string, Evidence>();

  /** Takes one message; `at`: its place, for a message. */
  see(row: Row, at: string): void {
    const symbol = String(row["s"]);
    let evidence = this.symbols.get(symbol);
    if (evidence === undefined) {
      evidence = { differences: 0, books: 0, firstBookAt: "", votesDifference: 0, votesPartial: 0, lastFinalId: "", between: null };
      this.symbols.set(symbol, evidence);
    }
    if (looksWhole(row)) seeBook(evidence, row, at);
    else seeDifference(evidence, row);
  }

  /** What those of a symbol are that look like whole books; `unclear`: the place of the first, where nothing tells. */
  verdict(symbol: string): { readonly partial: boolean; readonly books: number; readonly unclear: string } {
    const evidence = this.symbols.get(symbol);
    if (evidence === undefined || evidence.books === 0) return { partial: false, books: 0, unclear: "" };
    const { books, differences, votesPartial, votesDifference, firstBookAt } = evidence;
    if (votesPartial > 0 !== votesDifference > 0) return { partial: votesPartial > 0, books, unclear: "" };
    if (differences === 0 && books >= BOOKS_MIN) return { partial: true, books, unclear: "" };
    return { partial: false, books, unclear: firstBookAt };
  }
}

const seeBook = (evidence: Evidence, row: Row, at: string): void => {
  evidence.books += 1;
  if (evidence.books === 1) evidence.firstBookAt = at;
  if (evidence.differences === 0) return;
  const { between } = evidence;
  const follows = String(row["pu"]) === (between?.finalId ?? evidence.lastFinalId);
  evidence.between = { count: (between?.count ?? 0) + 1, chained: (between?.chained ?? true) && follows, finalId: String(row["u"]) };
};

const seeDifference = (evidence: Evidence, row: Row): void => {
  const { between, lastFinalId } = evidence;
  const previousId = String(row["pu"]);
  if (between !== null) {
    if (previousId === lastFinalId) evidence.votesPartial += between.count;
    else if (between.chained && previousId === between.finalId) evidence.votesDifference += between.count;
  }
  evidence.differences += 1;
  evidence.lastFinalId = String(row["u"]);
  evidence.between = null;
};

/** Whether a message could be the best levels in whole. */
export const looksWhole = (row: Row): boolean => {
  const [bids, asks] = [row["b"], row["a"]];
  if (!Array.isArray(bids) || !Array.isArray(asks) || bids.length !== asks.length || !DEPTHS.has(bids.length)) return false;
  return isSide(bids, -1) && isSide(asks, 1) && priceOf(bids[0]) < priceOf(asks[0]);
};

const DEPTHS = new Set([5, 10, 20]);

const isSide = (levels: readonly unknown[], direction: 1 | -1): boolean =>
  levels.every(
    (level, i) => Array.isArray(level) && Number(level[1]) > 0 && (i === 0 || direction * (priceOf(level) - priceOf(levels[i - 1])) > 0),
  );

const priceOf = (level: unknown): number => (Array.isArray(level) ? Number(level[0]) : NaN);
