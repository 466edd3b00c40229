import { posix } from "node:path";
import { importsOf } from "./importsOf.ts";
import { parse } from "./sourceTree.ts";
import type { SourceFile } from "./sourceTree.ts";

/** Circles that are being undone, by the files in them: the list only shrinks. */
const KNOWN: readonly (readonly string[])[] = [["src/domain/derived.ts", "src/domain/order.ts"]];

/** One line for every circle of imports, those of types too: files in one can only be read, tested and moved together. */
export const circleProblems = (files: readonly SourceFile[]): string[] => {
  const imports = new Map(files.map((file) => [file.path, targetsOf(file)]));
  return groupsOf(imports)
    .filter((group) => !KNOWN.some((known) => group.every((path) => known.includes(path))))
    .map(
      (group) =>
        `${group[0] ?? ""}: imports itself by way of ${roundOf(group, imports).join(" → ")}; move what both need into a file of its own`,
    );
};

const targetsOf = (file: SourceFile): readonly string[] =>
  importsOf(parse(file)).flatMap(({ specifier }) => (specifier.startsWith(".") ? [posix.join(posix.dirname(file.path), specifier)] : []));

/** Groups of files each of which reaches every other (Tarjan, SIAM J. Comput. 1972), sorted; a file that imports itself is one too. */
const groupsOf = (imports: ReadonlyMap<string, readonly string[]>): string[][] => {
  const seen = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const groups: string[][] = [];
  const visit = (path: string): number => {
    const place = seen.size;
    seen.set(path, place);
    stack.push(path);
    let lowest = place;
    for (const target of imports.get(path) ?? []) {
      if (!imports.has(target)) continue;
      if (!seen.has(target)) lowest = Math.min(lowest, visit(target));
      else if (stack.includes(target)) lowest = Math.min(lowest, low.get(target) ?? (seen.get(target) as number));
    }
    low.set(path, lowest);
    if (lowest === place) {
      const group = stack.splice(stack.indexOf(path)).sort();
      if (group.length > 1 || imports.get(path)?.includes(path) === true) groups.push(group);
    }
    return lowest;
  };
  for (const path of imports.keys()) if (!seen.has(path)) visit(path);
  return groups.sort((a, b) => ((a[0] as string) < (b[0] as string) ? -1 : 1));
};

/** The shortest way from the first file of a group back to it. */
const roundOf = (group: readonly string[], imports: ReadonlyMap<string, readonly string[]>): readonly string[] => {
  const start = group[0] as string;
  const ways: (readonly string[])[] = [[start]];
  for (const way of ways) {
    for (const target of imports.get(way.at(-1) as string) ?? []) {
      if (target === start) return [...way.slice(1), start];
      if (group.includes(target) && !ways.some((each) => each.at(-1) === target)) ways.push([...way, target]);
    }
  }
  return group;
};
