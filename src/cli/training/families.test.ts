import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EVENT_FAMILIES } from "../../../operators/features/events/families.ts";
import { TRAINING } from "./pythonEnvironment.ts";

/** `mask_x: a b c` lines of the Python table, variables put in. */
const tableOf = (text: string): Record<string, string[]> => {
  const named = new Map<string, string>(
    [...text.matchAll(/^(_[A-Z_]+) = "([^"]+)"/gm)].map(([, name = "", names = ""]): [string, string] => [name, names]),
  );
  const rows = [...text.matchAll(/"(mask_\w+)": (?:"([^"]+)"|(_[A-Z_]+)),/g)];
  return Object.fromEntries(rows.map(([, mask = "", names, variable]) => [mask, (names ?? named.get(variable ?? "") ?? "").split(" ")]));
};

test("the trainer knows the columns of each input that a history may lack", () => {
  const table = tableOf(readFileSync(join(TRAINING, "riposte_training/families.py"), "utf8"));
  expect(table).toEqual(Object.fromEntries(EVENT_FAMILIES.map(({ input, columns }) => [`mask_${input}`, columns.map(({ name }) => name)])));
});
