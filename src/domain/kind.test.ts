import { expect, it } from "vitest";
import { Kind, KIND_COUNT, KIND_NAMES } from "./kind.ts";

it("kinds are numbered without a hole: tables of handlers are indexed by them", () => {
  expect(Object.values(Kind)).toEqual(Array.from({ length: KIND_COUNT }, (_, kind) => kind));
  expect(KIND_NAMES).toHaveLength(KIND_COUNT);
});
