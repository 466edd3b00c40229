import { SettingError } from "../src/domain/settingError.ts";

/** Edges beyond this, either side, are no number that a band is made of. */
const EDGE_MAX = 1e6;

/** Number of the band that a value lies in: how many of the rising `edges` it has reached. 0 to `edges.length`. */
export const bandOf = (edges: Float64Array, x: number): number => {
  let band = 0;
  while (band < edges.length && x >= (edges[band] as number)) band += 1;
  return band;
};

/**
 * Edges of bands from a module's options: 1 to 15 rising numbers from -1e6 to 1e6. `where` is the config path that holds the options. Throws a
 * `SettingError` else.
 */
export const bandsOption = (
  where: string,
  options: Readonly<Record<string, unknown>>,
  name: string,
  fallback: readonly number[],
): Float64Array => {
  const value = options[name] ?? fallback;
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const rising = list.every((x, i) => typeof x === "number" && Math.abs(x) <= EDGE_MAX && (i === 0 || x > (list[i - 1] as number)));
  if (list.length >= 1 && list.length <= 15 && rising) return Float64Array.from(list as readonly number[]);
  const path = `${where}.${name}`;
  throw new SettingError([path], `${path} is ${JSON.stringify(value)}: it must be a list of 1 to 15 rising numbers from -1e6 to 1e6`);
};
