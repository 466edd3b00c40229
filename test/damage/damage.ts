import { copyFile, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A sequence of numbers in [0, 1) that a seed decides (mulberry32). */
export const chanceOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** What was done, and the files that it was done to, relative to the folder. */
export interface Damage {
  readonly what: string;
  readonly files: readonly string[];
}

type Work = (root: string, files: readonly string[], chance: () => number) => Promise<Damage>;

const pick = <T>(items: readonly T[], chance: () => number): T => items[Math.floor(chance() * items.length)] as T;

/** A file: first its folder is drawn, so that the many files of an hour do not hide those of a month. */
const pickFile = (files: readonly string[], chance: () => number): string => {
  const folder = pick([...new Set(files.map(dirname))], chance);
  return pick(
    files.filter((file) => dirname(file) === folder),
    chance,
  );
};

const changed = (what: string, change: (bytes: Buffer, chance: () => number) => Buffer): Work => {
  return async (root, files, chance) => {
    const file = pickFile(files, chance);
    await writeFile(join(root, file), change(await readFile(join(root, file)), chance));
    return { what: `${what} of ${file}`, files: [file] };
  };
};

const flip = (bytes: Buffer, chance: () => number): Buffer => {
  const at = Math.floor(chance() * bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(chance() * 8));
  return bytes;
};

/** Two files of one ending change places. */
const swap: Work = async (root, files, chance) => {
  const first = pickFile(files, chance);
  const ending = first.slice(first.lastIndexOf("."));
  const second = pick(
    files.filter((file) => file.endsWith(ending)),
    chance,
  );
  await exchange(join(root, first), join(root, second));
  return { what: `${first} exchanged for ${second}`, files: [first, second] };
};

/** The same of two folders with all that is in them, lists too. */
const swapFolders: Work = async (root, files, chance) => {
  const folders = [...new Set(files.map(dirname))];
  const [first, second] = [pick(folders, chance), pick(folders, chance)];
  await exchange(join(root, first), join(root, second));
  return { what: `folder ${first} exchanged for ${second}`, files: files.filter((file) => [first, second].includes(dirname(file))) };
};

const exchange = async (first: string, second: string): Promise<void> => {
  if (first === second || first.startsWith(`${second}/`) || second.startsWith(`${first}/`)) return;
  await rename(first, `${first}.aside`);
  await rename(second, first);
  await rename(`${first}.aside`, second);
};

/** The name of a file for the period after its own, which no file of the store has. */
const later = (file: string): string => file.replace(/(\d{4})(?=[^/]*\.parquet$)/, (year) => String(Number(year) + 1));

const WORKS: readonly Work[] = [
  changed("a bit", flip),
  changed("a bit", flip),
  changed("a bit", flip),
  changed("a zeroed block", (bytes, chance) => {
    const at = Math.floor(chance() * bytes.length);
    return bytes.fill(0, at, Math.min(bytes.length, at + 1 + Math.floor(chance() * 4096)));
  }),
  changed("more bytes at the end", (bytes) => Buffer.concat([bytes, Buffer.from("more")])),
  async (root, files, chance) => {
    const file = pickFile(files, chance);
    const { length } = await readFile(join(root, file));
    await truncate(join(root, file), Math.floor(chance() * length));
    return { what: `the end cut off ${file}`, files: [file] };
  },
  async (root, files, chance) => {
    const [file, other] = [pickFile(files, chance), pickFile(files, chance)];
    if (file !== other) await copyFile(join(root, other), join(root, file));
    return { what: `${file} overwritten by ${other}`, files: [file] };
  },
  swap,
  swapFolders,
  async (root, files, chance) => {
    // Without its list of landed files a store is one into which none has landed; `migrate` and `backfill` say so.
    const file = pickFile(
      files.filter((each) => each !== "landed.json"),
      chance,
    );
    await rm(join(root, file));
    return { what: `${file} deleted`, files: [file] };
  },
  async (root, files, chance) => {
    const file = pickFile(files, chance);
    await copyFile(join(root, file), join(root, later(file)));
    return { what: `${later(file)} added`, files: [later(file)] };
  },
];

/** Damages a folder at a place that chance chooses. */
export const damage = async (root: string, chance: () => number): Promise<Damage> => pick(WORKS, chance)(root, await filesIn(root), chance);

/** Files below a folder, relative to it, sorted. */
export const filesIn = async (root: string): Promise<string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
