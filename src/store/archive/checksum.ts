import { UserError } from "../../domain/units.ts";

const LINE = /^([0-9a-fA-F]{64}) [ *](.+)$/;

/** True when a `.CHECKSUM` file has a whole line. */
export const hasChecksum = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes)
    .toString("utf8")
    .split("\n")
    .some((line) => LINE.test(line.trimEnd()));

/** The checksum in a `.CHECKSUM` file (format of `sha256sum -c`) for `file`, without folders. */
export const parseChecksum = (text: string, file: string): string => {
  for (const line of text.split("\n")) {
    const match = LINE.exec(line.trimEnd());
    if (match?.[2]?.split("/").at(-1) === file) return (match[1] as string).toLowerCase();
  }
  throw new UserError(`${file}.CHECKSUM does not name ${file} ("${text.trim().slice(0, 40)}"): download it again`);
};

/** The error for a file whose bytes are not those that were published. */
export const checksumError = (file: string, expected: string, found: string): UserError =>
  new UserError(
    `${file} has the wrong checksum: expected ${expected}, found ${found}; nothing of this file was imported; download it again`,
  );
