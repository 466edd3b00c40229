import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { UserError } from "../../domain/units.ts";
import { isInterval } from "../table/interval.ts";
import type { BackfillKind } from "../../venues/binance/archive/archivePath.ts";
import { FOLDERS, pathOf } from "../../venues/binance/archive/archivePath.ts";
import { sha256 } from "../hashing/sha256.ts";
import { archiveName } from "../../venues/binance/archive/fileName.ts";
import type { ArchiveSource } from "./source.ts";

interface LocalArchiveOptions {
  /** Only files of these; absent: of all. Folders of others are not looked into. */
  readonly symbols?: readonly string[];
  /** Whose klines and trades files are whose path does not say; absent: they are not used. */
  readonly market?: "um" | "spot";
}

/** Why a folder cannot be listed. */
const UNLISTED: Readonly<Record<string, string>> = { ENOENT: "does not exist", ENOTDIR: "is a file", EACCES: "may not be read" };

/** A file on disk that gives one of the archive's. */
interface Candidate {
  /** Path in the archive. */
  readonly path: string;
  /** Path on disk. */
  readonly file: string;
  /** True where the file lies at the archive's path under its name. */
  readonly exact: boolean;
}

/**
 * A local copy of the archive, searched once. A file is recognised by its name (`archiveName`), in any case, zipped or not, also with the
 * number that a second download adds, and by the market in its path; the archive's own layout, with or without the leading `data/`, is one
 * such path. If several files claim the same place, the one at that place is taken. If none lies there, one of several with equal bytes is
 * taken, and none of several that differ. Files that look like data and are not used are `unused`. Throws a `UserError` if the folder does
 * not exist or holds no such file.
 */
export const localArchive = async (folder: string, options: LocalArchiveOptions = {}): Promise<ArchiveSource> => {
  const top = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new UserError(
      `the archive folder ${folder} ${UNLISTED[code] ?? `cannot be read (${code})`}: give --archive the folder that holds futures/ or spot/`,
    );
  });
  if (!top.some((entry) => (entry.isDirectory() ? TOP_FOLDERS.has(entry.name) : archiveName(entry.name) !== undefined)))
    throw new UserError(`the archive folder ${folder} holds neither futures/ nor spot/: give --archive the folder that does`);
  const found = new Finder(folder, options);
  await found.look(folder);
  const { files, unused } = await found.chosen();
  const read = async (file: string): Promise<Uint8Array | undefined> => {
    try {
      return await readFile(file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw new UserError(`cannot read ${file}: ${code ?? String(error)}`);
    }
  };
  const checksum = async (path: string): Promise<Uint8Array | undefined> => {
    const file = files.get(path);
    if (file === undefined || !file.toLowerCase().endsWith(".zip")) return undefined;
    return (await read(`${file}.CHECKSUM`)) ?? (await read(join(dirname(file), `${basename(path)}.CHECKSUM`)));
  };
  return {
    label: folder,
    local: true,
    read: async (path) => {
      if (path.endsWith(".CHECKSUM")) return checksum(path.slice(0, -".CHECKSUM".length));
      const file = files.get(path);
      return file === undefined ? undefined : read(file);
    },
    nameOf: (path) => basename(files.get(path) ?? path),
    list: (series) => Promise.resolve([...files.keys()].filter((path) => dirname(path) === series).map((path) => basename(path))),
    unused,
  };
};

const TOP_FOLDERS = new Set(["futures", "spot", "data", "um", "monthly", "daily", ...Object.values(FOLDERS)]);
/** Folders that are not imported. Some of their files have names like klines. */
const OTHER_FOLDERS = new Set(["cm", "option", "markPriceKlines", "indexPriceKlines", "premiumIndexKlines", "trades"]);
/** Endings of files that may hold data. */
const DATA = /\.(zip|csv|tsv|gz|tgz|tar|7z|rar|xz|zst|bz2|parquet|feather|xlsx)$/i;

class Finder {
  readonly #root: string;
  readonly #options: LocalArchiveOptions;
  readonly #symbols: ReadonlySet<string> | undefined;
  readonly #candidates = new Map<string, Candidate[]>();
  readonly #unused: string[] = [];

  constructor(root: string, options: LocalArchiveOptions) {
    this.#root = root;
    this.#options = options;
    this.#symbols = options.symbols === undefined ? undefined : new Set(options.symbols);
  }

  async look(folder: string, depth = 0): Promise<void> {
    for (const entry of await entriesOf(folder)) {
      if (entry.name.startsWith(".")) continue;
      const path = join(folder, entry.name);
      if (!(await isFolder(entry, path))) this.#add(path);
      else if (depth < DEPTH_MAX && !this.#isOther(entry.name, folder)) await this.look(path, depth + 1);
    }
  }

  /** Folders of other kinds, and those of other symbols: under the folder of a kind. */
  #isOther(name: string, folder: string): boolean {
    if (OTHER_FOLDERS.has(name)) return true;
    const isSymbol = Object.values(FOLDERS).includes(basename(folder));
    return isSymbol && this.#symbols !== undefined && !this.#symbols.has(name.toUpperCase());
  }

  #add(file: string): void {
    if (!DATA.test(file)) return;
    const name = archiveName(basename(file));
    const kind = name === undefined ? undefined : kindOf(name.what);
    if (name === undefined || kind === undefined || name.symbol === "") {
      this.#unused.push(file);
      return;
    }
    const { symbol, label, what } = name;
    if (this.#symbols !== undefined && !this.#symbols.has(symbol)) return;
    const market = kind === "funding" || kind === "metrics" ? "um" : (this.#marketOf(file) ?? this.#options.market);
    if (market === undefined) {
      this.#unused.push(file);
      return;
    }
    const path = pathOf({ symbol, kind, market, interval: what.toLowerCase() }, label);
    const here = relative(this.#root, file).replaceAll("\\", "/");
    const all = this.#candidates.get(path) ?? [];
    this.#candidates.set(path, [...all, { path, file, exact: here === path || here === `data/${path}` }]);
  }

  /** Market that the nearest folder names, those of the root among them. */
  #marketOf(file: string): "um" | "spot" | undefined {
    const named = dirname(file)
      .split(/[\\/]/)
      .findLast((folder) => ["um", "futures", "spot"].includes(folder));
    return named === undefined ? undefined : named === "spot" ? "spot" : "um";
  }

  async chosen(): Promise<{ readonly files: ReadonlyMap<string, string>; readonly unused: readonly string[] }> {
    const files = new Map<string, string>();
    for (const [path, candidates] of this.#candidates) {
      const [first] = candidates as [Candidate];
      const taken = candidates.find(({ exact }) => exact) ?? ((await areSame(candidates)) ? first : undefined);
      if (taken !== undefined) files.set(path, taken.file);
      if (candidates.length > 1 && !(await areSame(candidates)))
        this.#unused.push(...candidates.filter((each) => each !== taken).map(({ file }) => file));
    }
    return { files, unused: this.#unused };
  }
}

/** Deepest folder that is looked into, below the first: the archive's own layout has six. */
const DEPTH_MAX = 12;

const entriesOf = async (folder: string): Promise<readonly Dirent[]> => {
  try {
    return (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new UserError(`cannot read the folder ${folder}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
};

/** A folder, or a link to one. */
const isFolder = async (entry: Dirent, path: string): Promise<boolean> =>
  entry.isDirectory() || (entry.isSymbolicLink() && (await stat(path).catch(() => undefined))?.isDirectory() === true);

const areSame = async (candidates: readonly Candidate[]): Promise<boolean> => {
  if (candidates.length === 1) return true;
  const sums = await Promise.all(candidates.map(async ({ file }) => sha256(await readFile(file))));
  return new Set(sums).size === 1;
};

/** Kind of a file by the middle of its name; a length of klines in capitals other than the month's `1M` is one. */
const kindOf = (what: string): BackfillKind | undefined => {
  const lower = what.toLowerCase();
  if (isInterval(lower)) return what === "1M" ? undefined : "kline";
  return (Object.keys(FOLDERS) as BackfillKind[]).find((kind) => kind !== "kline" && FOLDERS[kind].toLowerCase() === lower);
};
