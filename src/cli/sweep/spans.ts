import { formatUtc, parseTimeRange } from "../../domain/time.ts";
import { UserError } from "../../domain/units.ts";
import type { OptionValues } from "../frame/command.ts";
import { wasTyped } from "../configOptions.ts";

/** A range as it was typed, both ends. */
interface Span {
  readonly from: string;
  readonly to: string;
}

/**
 * The ranges of `--train FROM..TO --test FROM..TO`; null where neither was given. Throws a `UserError` (usage) where one is missing, none or
 * empty, or where the test does not lie behind the training.
 */
export const spansOf = (values: OptionValues): { readonly train: Span; readonly test: Span } | null => {
  const { train: trainText, test: testText } = values;
  if (trainText === undefined && testText === undefined) return null;
  if (typeof trainText !== "string" || typeof testText !== "string")
    throw new UserError("--train and --test go together, e.g. --train 2023-01-01..2023-09-01 --test 2023-09-01..2024-01-01", 2);
  if (wasTyped(values, "from") || wasTyped(values, "to"))
    throw new UserError("--train and --test say the ranges: leave --from and --to out", 2);
  const [train, test] = [rangeOf("--train", trainText), rangeOf("--test", testText)];
  if (test.toMs <= train.fromMs)
    throw new UserError(`--test ${testText} lies before --train ${trainText}: what comes after must not choose; swap the two`, 2);
  if (test.fromMs < train.toMs)
    throw new UserError(
      `--test ${testText} overlaps --train ${trainText}: these days would test what they chose; begin the test at ${formatUtc(train.toMs)} or later`,
      2,
    );
  return { train: train.span, test: test.span };
};

const rangeOf = (option: string, text: string): { readonly span: Span; readonly fromMs: number; readonly toMs: number } => {
  const [from = "", to = "", ...more] = text.split("..");
  if (from === "" || to === "" || more.length > 0)
    throw new UserError(`${option} ${text}: give FROM..TO, e.g. ${option} 2023-01-01..2023-09-01 (the end is not included)`, 2);
  try {
    const { fromMs, toMs } = parseTimeRange(from, to);
    return { span: { from, to }, fromMs: fromMs as number, toMs: toMs as number };
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${option} ${text}: ${error.message}`, 2) : error;
  }
};

/** The options of a command, of one range. */
export const withSpan = (values: OptionValues, { from, to }: Span): OptionValues => ({ ...values, from, to });
