import { expect, it } from "vitest";
import { dotEnv } from "./dotEnv.ts";

it.each([
  ["A=pa#ss", "pa#ss"],
  ["A=pa #ss", "pa"],
  ["A=pa\t# a comment", "pa"],
  ["A=#x", "#x"],
  ["A= # nothing", ""],
  ["A=", ""],
  ["A = spaced value  ", "spaced value"],
  ["export A=b", "b"],
  ["A='pa #ss $x \\n'", "pa #ss $x \\n"],
  ['A="pa #ss" # why', "pa #ss"],
  ['A="say \\"a\\"\\nb"', 'say "a"\nb'],
  ['A="two\nlines"', "two\nlines"],
  ["A=it's", "it's"],
  ["A='open", "'open"],
  ["A=$x", "$x"],
  ["\uFEFFA=first", "first"],
  ["# a comment\r\n\r\nA=b\r\n", "b"],
  ["A=b=c", "b=c"],
])("%j", (text, value) => {
  expect(dotEnv(text).map((entry) => [entry.name, entry.value])).toEqual([["A", value]]);
});

it("counts lines, quoted ones too, and reads on behind what is no variable", () => {
  expect(dotEnv('#=\nA="1\n2"\n\n= x\nno variable\nB=3').map(({ name, line }) => [name, line])).toEqual([
    ["A", 2],
    ["B", 7],
  ]);
});
