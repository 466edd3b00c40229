import { sha256 } from "./sha256.ts";

/** Name of the list of a folder's files. */
export const FILE_LIST = "files.sha256";

/** Rows of a file and the first and last time of their key column, in ms. */
export interface FileFacts {
  readonly rows: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** A file as its folder's list knows it. */
export interface ListedFile {
  /** Of its bytes, in hex; null: it was written before there were lists. */
  readonly sha256: string | null;
  /** Of a table's file that has a hash. */
  readonly facts?: FileFacts;
}

/**
 * The files of a folder and the SHA-256 of each. `place` says which folder it is, so that a list which lies in another one, its files
 * with it, is known. As text it is what `sha256sum -c` reads; the rest stands in comments, and the last of them is over all lines above:
 *
 *     # klines/market=um/symbol=BTCUSDT/interval=1m
 *     # 40320 rows, 1675209600000 to 1677628740000
 *     3b5c…  2023-02.parquet
 *     # no hash: 2023-01.parquet
 *     # sha256 of the lines above: 77ff…
 */
export interface FileList {
  readonly place: string;
  readonly files: ReadonlyMap<string, ListedFile>;
}

export const fileListText = ({ place, files }: FileList): string => {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const body = [`# ${place}\n`, ...sorted.map(([name, file]) => entryText(name, file))].join("");
  return `${body}${SEAL}${sha256(body)}\n`;
};

const SEAL = "# sha256 of the lines above: ";
const FACTS = /^# (\d+) rows, (-?\d+) to (-?\d+)$/;
const UNHASHED = /^# no hash: (.+)$/;
const HASHED = /^([0-9a-f]{64}) {2}(.+)$/;

const entryText = (name: string, { sha256: hash, facts }: ListedFile): string => {
  if (hash === null) return `# no hash: ${name}\n`;
  return `${facts === undefined ? "" : `# ${facts.rows} rows, ${facts.firstMs} to ${facts.lastMs}\n`}${hash}  ${name}\n`;
};

/** The list of a text; undefined when it is not as `fileListText` wrote it, down to the last bit. */
export const parseFileList = (text: string): FileList | undefined => {
  const sealAt = text.lastIndexOf(SEAL);
  const body = text.slice(0, Math.max(0, sealAt));
  if (text !== `${body}${SEAL}${sha256(body)}\n`) return undefined;
  const [first = "", ...lines] = body.split("\n").slice(0, -1);
  const files = new Map<string, ListedFile>();
  let facts: FileFacts | undefined;
  for (const line of lines) {
    const [, rows, firstMs, lastMs] = FACTS.exec(line) ?? [];
    const [, hash, name] = HASHED.exec(line) ?? [];
    const [, older] = UNHASHED.exec(line) ?? [];
    if (rows !== undefined) facts = { rows: Number(rows), firstMs: Number(firstMs), lastMs: Number(lastMs) };
    else if (older !== undefined) files.set(older, { sha256: null });
    else if (hash !== undefined && name !== undefined) {
      files.set(name, { sha256: hash, ...(facts === undefined ? {} : { facts }) });
      facts = undefined;
    } else return undefined;
  }
  return { place: first.slice(2), files };
};
