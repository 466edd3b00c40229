import { UserError } from "../src/domain/units.ts";

/** Number of the band that a value lies in: how many of the rising `edges` it has reached. 0 to `edges.length`. */
export const bandOf = (edges: Float64Array, x: number): number => {
  let band = 0;
  while (band < edges.length && x >= (edges[band] as number)) band += 1;
  return band;
};

/**
 * Edges of bands from a module's options: 1 to 15 rising finite numbers. `where` is the config path that holds the options. Throws a
 * `UserError` else.
 */
export const bandsOption = (
  where: string,
  options: Readonly<Record<string, unknown>>,
  name: string,
  fallback: readonly number[],
): Float64Array => {
  const value = options[name] ?? fallback;
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const rising = list.every((x, i) => typeof x === "number" && Number.isFinite(x) && (i === 0 || x > (list[i - 1] as number)));
  if (list.length >= 1 && list.length <= 15 && rising) return Float64Array.from(list as readonly number[]);
  throw new UserError(`${where}.${name} is ${JSON.stringify(value)}: it must be a list of 1 to 15 rising numbers`);
};
