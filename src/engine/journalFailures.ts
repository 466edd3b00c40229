import type { OperatorFunction } from "rxjs";
import type { StepHandlers } from "../../operators/stepOperator.ts";
import { stepOperator } from "../../operators/stepOperator.ts";
import type { Item } from "../domain/item.ts";
import { Kind } from "../domain/kind.ts";
import type { Journal } from "../domain/ports.ts";

const HANDLERS: StepHandlers<Journal> = {
  [Kind.inferenceFailure]: (journal, failure) => {
    journal.append(failure);
  },
};

/** Journals the inferences that fail on the line: no replay could compute them again. Stands behind the layers. */
export const journalFailures = (journal: Journal): OperatorFunction<Item, Item> =>
  stepOperator("journalFailures", () => journal, HANDLERS, { emits: [] });
