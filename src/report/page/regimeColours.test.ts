import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("./theme.css", import.meta.url), "utf8");

/** How dichromats see linear sRGB: Machado, Oliveira and Fernandes, "A physiologically-based model…" (2009), severity 1. */
const SIGHT: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
/** Linear sRGB to CIE XYZ over the D65 white (IEC 61966-2-1). */
const XYZ: readonly (readonly number[])[] = [
  [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339 / 1.08883, 0.119192 / 1.08883, 0.9503041 / 1.08883],
];

const times = (matrix: readonly (readonly number[])[], vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, value, index) => sum + value * (vector[index] ?? NaN), 0));
const linear = (hex: string): number[] =>
  [1, 3, 5].map((start) => {
    const value = parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
/** CIELAB of a colour as seen. */
const lab = (hex: string, sight: readonly (readonly number[])[]): number[] => {
  const seen = times(sight, linear(hex)).map((value) => Math.min(1, Math.max(0, value)));
  const [x = 0, y = 0, z = 0] = times(XYZ, seen).map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
};
const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(...a.map((value, index) => value - (b[index] ?? NaN)));

/** The seven colours and the card behind them: light first, dark second. */
const palette = (theme: 0 | 1): string[] =>
  [0, 1, 2, 3, 4, 5, 6]
    .map((state) => `--regime-${state}`)
    .concat("--card")
    .map((name) => [...css.matchAll(new RegExp(`${name}: (#[0-9a-f]{6});`, "g"))][theme]?.[1] ?? "");

describe("colours of the regimes", () => {
  it.each(
    Object.entries(SIGHT).flatMap(([sight, matrix]) =>
      ([0, 1] as const).map((theme) => [sight, theme === 0 ? "light" : "dark", matrix, theme] as const),
    ),
  )("differ for %s in %s mode by at least 15 (CIE76; 2.3 can just be told apart)", (_sight, _mode, matrix, theme) => {
    const seen = palette(theme).map((hex) => lab(hex, matrix));
    const closest = Math.min(...seen.flatMap((a, index) => seen.slice(index + 1).map((b) => distance(a, b))));
    expect(closest).toBeGreaterThan(15);
  });
});
