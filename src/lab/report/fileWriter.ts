import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { writing } from "./outputError.ts";

const CHUNK_CHARACTERS = 1 << 16;

/**
 * Writes `pieces` one after the other as UTF-8 and returns once they are on disk: some file systems report a full disk
 * only then. At most 64 Ki characters plus one piece are held. Throws a `UserError` that names the file as `shownAs`.
 */
export const writePieces = (path: string, pieces: Iterable<string>, shownAs = path): void => {
  const file = writing(shownAs, () => openSync(path, "w"));
  try {
    let pending = "";
    for (const piece of pieces) {
      pending += piece;
      if (pending.length < CHUNK_CHARACTERS) continue;
      writeWhole(shownAs, file, pending);
      pending = "";
    }
    writeWhole(shownAs, file, pending);
    writing(shownAs, () => fsyncSync(file));
  } finally {
    closeSync(file);
  }
};

/** A write may take only a part: the rest follows until all is written or the system refuses. */
const writeWhole = (shownAs: string, file: number, text: string): void => {
  const bytes = Buffer.from(text, "utf8");
  writing(shownAs, () => {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  });
};
