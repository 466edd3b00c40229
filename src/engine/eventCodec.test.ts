import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyEvent, EVENT_KINDS } from "../../test/arbitraryEvents.ts";
import { Kline, KLINE_COLUMNS } from "../domain/kline.ts";
import { decodeEvent, encodeEvent } from "./eventCodec.ts";

/** A value with its bits in words, so that −0 is not 0 and NaN is NaN. */
const bits = (value: unknown): unknown => {
  if (value instanceof Kline) {
    const { seq, instrument, intervalMs, eventTimeMs, receivedTimeMs, knownAtMs, kind } = value;
    return bits({
      kind,
      seq,
      instrument,
      intervalMs,
      eventTimeMs,
      receivedTimeMs,
      knownAtMs,
      columns: KLINE_COLUMNS.map((name) => value[name]),
    });
  }
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Float64Array) return ["float64", ...Array.from(value, bits)];
  if (Array.isArray(value)) return value.map(bits);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, bits(each)]));
};

describe("the event codec", () => {
  it.each(EVENT_KINDS)("brings back the bits of any %s, on one line (property)", (name) => {
    fc.assert(
      fc.property(anyEvent(name), (event) => {
        const text = encodeEvent(event);
        expect(text).not.toMatch(/[\n\r\u2028\u2029]/);
        expect(bits(decodeEvent(text))).toEqual(bits(event));
        expect(encodeEvent(decodeEvent(text))).toBe(text);
      }),
      { numRuns: 150 },
    );
  });

  it("refuses a kind it does not know", () => {
    expect(() => decodeEvent('{"kind":"weather","seq":1}')).toThrow('unknown kind "weather"');
  });
});

it.each([
  ["fill", '{"kind":"fill","seq":3,"instrument":0,"clientOrderId":"P","planId":"P","reason":"entry"}'],
  ["orderRejected", '{"kind":"orderRejected","seq":3,"instrument":0,"clientOrderId":"P","code":-2019,"message":""}'],
])("refuses a %s of an older journal by name", (kind, text) => {
  expect(() => decodeEvent(text)).toThrow(`the journal holds a "${kind}" as versions before 0.2 wrote it`);
});

it("reads a command of an older journal, which does not say who sent it and why", () => {
  const old = '{"kind":"command","seq":3,"instrument":-1,"eventTimeMs":1,"receivedTimeMs":1,"knownAtMs":1,"command":"halt","argument":""}';
  expect(decodeEvent(old)).toMatchObject({ command: "halt", id: "", by: "", reason: "" });
});
