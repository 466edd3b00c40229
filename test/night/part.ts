/** What one seed showed. */
export interface SeedResult {
  readonly cases: number;
  /** Each case that failed, in words. */
  readonly problems: readonly string[];
}

/** A long proof in cases that follow from a seed: any of them can be repeated alone, and a run goes on where the last one ended. */
export interface ProofPart {
  readonly name: string;
  /** What a case without a failure shows. */
  readonly shows: string;
  /** Files and folders whose content it proves: with them it begins anew. */
  readonly code: readonly string[];
  /** Tests are what is proven: their files count as code. */
  readonly testsAreCode?: true;
  /** Cases on one state of the code after which a run ends by itself. */
  readonly goal: number;
  /** Where there are only so many. */
  readonly lastSeed?: number;
  /** Null: nothing was shown, because the signal ended it or what it needs is not there. */
  readonly run: (seed: number, signal: AbortSignal) => Promise<SeedResult | null> | SeedResult;
}
