import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { Event } from "../domain/event.ts";
import { UserError } from "../domain/units.ts";
import { stagedFile } from "../store/output/stagedFile.ts";
import type { DriveOptions } from "./driver.ts";

/** Goes up with the layout of the states. Another one is refused, never converted: a run without its checkpoint replays its events. */
const LAYOUT = 1;
const FORMAT = "riposte checkpoint";

/** What must be the same for a state to mean the same. */
export interface CheckpointIdentity {
  /** Version of the program. */
  readonly code: string;
  readonly configSha256: string;
  /** Of everything that decides besides code and config: users' modules and trained models, by name. */
  readonly models: Readonly<Record<string, string>>;
}

/** A line between two bursts. */
export interface Checkpoint {
  /** `seq` of the first event that the states have not seen: what follows is replayed from there. */
  readonly nextSeq: number;
  /** As the driver hands them over (`DriveOptions.checkpoint`). */
  readonly states: Uint8Array;
}

interface Header extends CheckpointIdentity {
  readonly format: string;
  readonly layout: number;
  readonly nextSeq: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** Writes a checkpoint, whole and on disk or not at all; one that is there is replaced. A folder that cannot be written is a `UserError`. */
export const writeCheckpoint = (
  path: string,
  { nextSeq, states }: Checkpoint,
  { code, configSha256, models }: CheckpointIdentity,
): void => {
  const header: Header = {
    format: FORMAT,
    layout: LAYOUT,
    code,
    configSha256,
    models,
    nextSeq,
    bytes: states.length,
    sha256: sha256(states),
  };
  const json = JSON.stringify(header);
  const staged = stagedFile(path);
  try {
    const fd = openSync(staged.path, "wx");
    try {
      for (const part of [Buffer.from(`${checksum(json)} ${json}\n`), states])
        for (let at = 0; at < part.length;) at += writeSync(fd, part, at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    staged.commit();
  } finally {
    staged.discard();
  }
};

/** Reads a checkpoint. What is missing, damaged, or of another layout, code, config or model is one `UserError`. */
export const readCheckpoint = (path: string, identity: CheckpointIdentity): Checkpoint => {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new UserError(`checkpoint ${path} does not exist: check the name, or start without it`);
  const bytes = readFileSync(path);
  const end = bytes.indexOf("\n");
  const line = bytes.toString("utf8", 0, Math.max(end, 0));
  const json = line.slice(SUM_CHARS);
  if (`${checksum(json)} ` !== line.slice(0, SUM_CHARS)) throw unusable(path, "is damaged, or no checkpoint");
  const header = JSON.parse(json) as Header;
  if (header.format !== FORMAT) throw unusable(path, "is no checkpoint");
  const other = difference(header, identity);
  if (other !== undefined) throw unusable(path, other);
  const states = new Uint8Array(bytes.subarray(end + 1));
  if (states.length !== header.bytes || sha256(states) !== header.sha256)
    throw unusable(path, "is damaged: its states are not those that were written");
  return { nextSeq: header.nextSeq, states };
};

/** What drives a fresh line on from a checkpoint. `source`: all events of the run, from its first on; those that the states have seen are left out. */
export const goingOn = (
  { nextSeq, states }: Checkpoint,
  source: AsyncIterable<readonly Event[]>,
): { readonly source: AsyncIterable<readonly Event[]>; readonly options: Pick<DriveOptions, "from" | "firstSeq"> } => ({
  source: behind(source, nextSeq),
  options: { from: states, firstSeq: nextSeq },
});

async function* behind(source: AsyncIterable<readonly Event[]>, count: number): AsyncGenerator<readonly Event[], void, undefined> {
  let skip = count;
  for await (const burst of source) {
    if (skip < burst.length) yield skip === 0 ? burst : burst.slice(skip);
    skip = Math.max(0, skip - burst.length);
  }
  if (skip > 0) throw new UserError(`the data end ${skip} events before the checkpoint: go on with the data that it was made from`);
}

const difference = (header: Header, { code, configSha256, models }: CheckpointIdentity): string | undefined => {
  if (header.layout !== LAYOUT) return `has layout ${String(header.layout)}, and this version reads layout ${LAYOUT}`;
  if (header.code !== code) return `was written by ${header.code}, and this is ${code}`;
  if (header.configSha256 !== configSha256) return "was written with another config";
  const names = [...new Set([...Object.keys(header.models), ...Object.keys(models)])].sort();
  const changed = names.find((name) => header.models[name] !== models[name]);
  return changed === undefined ? undefined : `was written with another ${changed}`;
};

const unusable = (path: string, how: string): UserError =>
  new UserError(`checkpoint ${path} ${how}: start without it, and the events are replayed`);

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const checksum = (json: string): string => crc32(json).toString(16).padStart(8, "0");
/** Hexadecimal digits of the checksum, and a space. */
const SUM_CHARS = 9;
