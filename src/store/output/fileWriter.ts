import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { writing } from "./outputError.ts";

const CHUNK_CHARACTERS = 1 << 16;

/** A text file that is being written: nothing counts before `close` returned. */
interface TextFile {
  write(text: string): void;
  /** Returns once everything is on disk: some file systems report a full disk only then. Closing twice is harmless. */
  close(): void;
}

/**
 * Opens `path` for writing UTF-8; at most 64 Ki characters plus one piece are held. Every call throws a `UserError` that
 * names the file as `shownAs`.
 */
export const openText = (path: string, shownAs = path): TextFile => {
  const file = writing(shownAs, () => openSync(path, "w"));
  let pending = "";
  let open = true;
  const drain = (): void => {
    writeWhole(shownAs, file, pending);
    pending = "";
  };
  return {
    write(text) {
      pending += text;
      if (pending.length >= CHUNK_CHARACTERS) drain();
    },
    close() {
      if (!open) return;
      open = false;
      try {
        drain();
        writing(shownAs, () => {
          fsyncSync(file);
        });
      } finally {
        closeSync(file);
      }
    },
  };
};

/** Writes `pieces` one after the other; see `openText`. */
export const writePieces = (path: string, pieces: Iterable<string>, shownAs = path): void => {
  const file = openText(path, shownAs);
  try {
    for (const piece of pieces) file.write(piece);
  } finally {
    file.close();
  }
};

/** A write may take only a part: the rest follows until all is written or the system refuses. */
const writeWhole = (shownAs: string, file: number, text: string): void => {
  const bytes = Buffer.from(text, "utf8");
  writing(shownAs, () => {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  });
};
