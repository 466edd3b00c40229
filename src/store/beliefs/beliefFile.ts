import { crc32 } from "node:zlib";
import type { BeliefWidths } from "../../../operators/beliefs/beliefRows.ts";
import { rowWords } from "../../../operators/beliefs/beliefRows.ts";
import type { RowSaid } from "../../../operators/beliefs/saidTable.ts";
import { UserError } from "../../domain/units.ts";

/**
 * A file of stored beliefs, little-endian, every part a multiple of 8 bytes:
 *
 *     magic "RIPOSTEB", u32 format, u32 header bytes, u32 CRC-32 of the header, u32 0
 *     header: JSON, padded with spaces
 *     blocks: u32 rows, u32 CRC-32 of the numbers, then the numbers part by part as in `BeliefRows`; 4096 rows, the last one fewer
 *     footer: JSON, padded with spaces
 *     u32 footer bytes, u32 CRC-32 of the footer, magic "BETSOPIR"
 *
 * `sha256` in the footer is over the header and the heads of all blocks, so blocks can neither be lost nor change places.
 */
export const FORMAT = 2;
export const MAGIC = Buffer.from("RIPOSTEB", "latin1");
export const END_MAGIC = Buffer.from("BETSOPIR", "latin1");
export const PREAMBLE_BYTES = 24;
export const BLOCK_HEAD_BYTES = 8;
export const TAIL_BYTES = 16;

export interface BeliefHeader extends BeliefIdentity {
  readonly format: number;
  readonly widths: BeliefWidths;
  /** Names of the stored feature columns, in their order. */
  readonly columns: readonly string[];
}

/** What decides beliefs besides the events. */
export interface BeliefIdentity {
  /** The perceiving part of the config, and how much history is read before it. */
  readonly perceiving: Readonly<Record<string, unknown>>;
  readonly perceivingSha256: string;
  /** SHA-256 of each user module's text, with what it imports by relative path. */
  readonly modules: Readonly<Record<string, string>>;
  /** SHA-256 of the perceiving part of the code, and the package's version. */
  readonly code: string;
  readonly version: string;
  /** The instruments' rules as the run has them. */
  readonly instruments: readonly unknown[];
  readonly fromMs: number;
  readonly toMs: number;
}

export interface BeliefFooter {
  readonly rows: number;
  readonly sha256: string;
  /** Hash of the events that the beliefs were made from. */
  readonly dataSha256: string;
  /** Who spoke at its bars; the rows name places in it. */
  readonly said: readonly RowSaid[];
}

/** JSON as bytes, padded with spaces to a multiple of 8. */
export const jsonBytes = (value: unknown): Buffer => {
  const bytes = Buffer.from(JSON.stringify(value), "utf8");
  return Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8, " ")]);
};

export const checksum = (bytes: Uint8Array): number => crc32(bytes);

/** Bytes of the numbers of a block. */
export const blockBytes = (widths: BeliefWidths, rows: number): number => rows * rowWords(widths) * 8;

/** A file that cannot be used, as one line with the remedy. */
export const unusable = (name: string, what: string): UserError =>
  new UserError(`beliefs ${name} ${what}: delete the file to make it anew, or name another with --beliefs`);
