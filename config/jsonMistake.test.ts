import fc from "fast-check";
import { expect, it } from "vitest";
import { jsonMistakeAt } from "./jsonMistake.ts";

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

it.each([
  ["# Riposte\n", 0],
  ["", 0],
  ['{"name": "a"', 12],
  ['{\n  "symbols":\n  [BTCUSDT]\n}', 18],
  ["{ // a comment\n}", 2],
  ['{"n": 1O000}', 7],
  ['{"n": 01}', 7],
  ['{"a": 1,}', 8],
  ["[1,]", 3],
  ['{"a" 1}', 5],
  ["{'a': 1}", 1],
  ['{"a": tru}', 9],
  ['{"a": "b\nc"}', 8],
  ['{"a": "\\x"}', 7],
  ['{"a": NaN}', 6],
  ['{"a": 1} }', 9],
  ['{"a": -}', 6],
])("%j is no JSON from %i on", (text, at) => {
  expect(jsonMistakeAt(text)).toBe(at);
});

it("takes what JSON.parse takes, and nothing else (property)", () => {
  const character = fc.constantFrom(...Array.from('{}[]",:0123456789.eE+-tfnrualse \n\\\t/'));
  const broken = fc.tuple(fc.json(), fc.nat(), fc.string({ unit: character, maxLength: 3 })).map(([json, where, extra]) => {
    const at = where % (json.length + 1);
    return json.slice(0, at) + extra + json.slice(at + extra.length);
  });
  fc.assert(
    fc.property(fc.oneof(fc.json(), broken, fc.string({ unit: character })), (text) => {
      expect(jsonMistakeAt(text) === undefined).toBe(isJson(text));
    }),
    { numRuns: 2000 },
  );
});
