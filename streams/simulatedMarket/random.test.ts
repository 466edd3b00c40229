import { describe, expect, test } from "vitest";
import { FatTails, MeanReverting, Random, randomStream } from "./random.ts";
import { correlation, excessKurtosis, mean } from "./statistics.ts";

const draws = (count: number, draw: () => number): Float64Array => Float64Array.from({ length: count }, draw);
const N = 200_000;

describe("random numbers", () => {
  test("sfc32 gives the words of its definition", () => {
    // PractRand's recurrence written out on unsigned integers.
    let [a, b, c, counter] = [1n, 2n, 3n, 1n];
    const mask = 0xffffffffn;
    const reference = (): number => {
      const out = (a + b + counter++) & mask;
      a = b ^ (b >> 9n);
      b = (c + (c << 3n)) & mask;
      c = ((((c << 21n) & mask) | (c >> 11n)) + out) & mask;
      return Number(out);
    };
    for (let round = 0; round < 15; round++) reference();
    const random = new Random(1, 2, 3);
    for (let i = 0; i < 1000; i++) expect(random.word() >>> 0).toBe(reference());
  });

  test("a stream is a function of seed and name", () => {
    const words = (seed: number, name: string): number[] => {
      const random = randomStream(seed, name);
      return Array.from({ length: 4 }, () => random.word());
    };
    expect(words(1, "a")).toEqual(words(1, "a"));
    const distinct = [words(1, "a"), words(2, "a"), words(1, "b"), words(4294967297, "a"), words(0, "")].map(String);
    expect(new Set(distinct).size).toBe(distinct.length);
    expect(() => randomStream(-1, "a")).toThrow("a seed is an integer");
    expect(() => randomStream(0.5, "a")).toThrow("a seed is an integer");
  });

  test("uniforms are uniform and streams unrelated", () => {
    const first = randomStream(7, "first");
    const second = randomStream(7, "second");
    const u = draws(N, () => first.uniform());
    const v = draws(N, () => second.uniform());
    expect(mean(u)).toBeCloseTo(0.5, 2);
    expect(Math.abs(correlation(u, v))).toBeLessThan(3.5 / Math.sqrt(N));
    expect(Math.abs(correlation(u, u, 1))).toBeLessThan(3.5 / Math.sqrt(N));
    const deciles = new Array<number>(10).fill(0);
    for (const value of u) deciles[Math.floor(value * 10)]! += 1;
    const chiSquare = deciles.reduce((sum, count) => sum + ((count - N / 10) * (count - N / 10)) / (N / 10), 0);
    expect(chiSquare).toBeLessThan(27.9); // 99.9 % quantile of χ²₉
  });

  test("normals have the moments of a normal; fat tails have variance 1 and fatter tails", () => {
    const random = randomStream(11, "normal");
    const z = draws(N, () => random.normal());
    expect(Math.abs(mean(z))).toBeLessThan(3.5 / Math.sqrt(N));
    expect(mean(z.map((value) => value * value))).toBeCloseTo(1, 1);
    expect(Math.abs(excessKurtosis(z))).toBeLessThan(3.5 * Math.sqrt(24 / N));
    const tails = new FatTails(random);
    const t = draws(N, () => tails.next());
    expect(Math.abs(mean(t))).toBeLessThan(3.5 / Math.sqrt(N));
    expect(mean(t.map((value) => value * value))).toBeGreaterThan(0.93);
    expect(mean(t.map((value) => value * value))).toBeLessThan(1.03);
    expect(excessKurtosis(t)).toBeGreaterThan(2);
    expect(t.every((value) => Math.abs(value) < 14)).toBe(true);
  });

  test("a mean-reverting level has the stated spread and half-life", () => {
    const random = randomStream(3, "level");
    const level = new MeanReverting(30, 0.5);
    const x = draws(N, () => level.step(random));
    expect(mean(x.map((value) => value * value))).toBeCloseTo(0.25, 1);
    expect(correlation(x, x, 30)).toBeCloseTo(0.5, 1);
  });
});
