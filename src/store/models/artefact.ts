import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../hashing/sha256.ts";
import type { Manifest } from "./manifest.ts";
import { manifestSchema, parsed } from "./manifest.ts";
import type { MemberName } from "./memberName.ts";
import { memberFolder, MemberRefusal, nameAndVersion } from "./memberName.ts";

const MANIFEST = "manifest.json";
const MANIFEST_HASH = "manifest.sha256";
/** Of a file. */
const BYTES_MAX = 500_000;
/** Files of every member. */
const NEEDED = ["golden.json", "card.md"];

/** A trained member's folder, read whole: every file is what its manifest says, and the manifest is what its own hash says. */
export interface Artefact {
  readonly of: MemberName;
  readonly folder: string;
  readonly manifest: Manifest;
  /** Of `manifest.json`: what names the member exactly. */
  readonly sha256: string;
  /** By name, without the manifest. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Reads a member below `dir`. Throws a `MemberRefusal`. */
export const readArtefact = (dir: string, of: MemberName): Artefact => {
  const folder = memberFolder(dir, of);
  const { manifest, sha256: hash } = readManifest(dir, of);
  const there = readdirSync(folder).filter((name) => name !== MANIFEST && name !== MANIFEST_HASH);
  const unknown = there.find((name) => !Object.hasOwn(manifest.files, name));
  if (unknown !== undefined) throw new MemberRefusal(of, `its folder holds ${unknown}, which its manifest does not name`);
  const needed = NEEDED.find((name) => !Object.hasOwn(manifest.files, name));
  if (needed !== undefined) throw new MemberRefusal(of, `its manifest names no ${needed}`);
  const files = new Map(Object.entries(manifest.files).map(([name, file]) => [name, checkedFile(of, folder, name, file)]));
  return { of, folder, manifest, sha256: hash, files };
};

/** The manifest alone, with its own hash checked. Throws a `MemberRefusal`. */
export const readManifest = (dir: string, of: MemberName): Pick<Artefact, "manifest" | "sha256"> => {
  const folder = memberFolder(dir, of);
  const named = nameAndVersion(of);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new MemberRefusal(of, `there is no folder ${join(of.layer, named.name, named.version)} among the members`);
  const bytes = fileBytes(of, folder, MANIFEST);
  const hash = sha256(bytes);
  const said = Buffer.from(fileBytes(of, folder, MANIFEST_HASH)).toString("utf8");
  if (!/^[0-9a-f]{64}\n$/.test(said)) throw new MemberRefusal(of, `${MANIFEST_HASH} is no SHA-256 and a line end`);
  if (said.trim() !== hash) throw new MemberRefusal(of, `${MANIFEST} was changed: its SHA-256 is not that of ${MANIFEST_HASH}`);
  const read = parsed(manifestSchema, Buffer.from(bytes).toString("utf8"));
  if ("problem" in read) throw new MemberRefusal(of, `${MANIFEST}: ${read.problem}`);
  const { layer, name, version } = read.value;
  if (layer !== of.layer || name !== named.name || version !== named.version)
    throw new MemberRefusal(of, `its manifest is that of ${layer} member ${name}@${version}`);
  return { manifest: read.value, sha256: hash };
};

const checkedFile = (of: MemberName, folder: string, name: string, { bytes, sha256: hash }: Manifest["files"][string]): Uint8Array => {
  if (name.includes("/") || name.includes("\\")) throw new MemberRefusal(of, `its manifest names ${name}, which is no file of its folder`);
  const content = fileBytes(of, folder, name);
  if (content.length !== bytes) throw new MemberRefusal(of, `${name} has ${content.length} bytes, not the ${bytes} of its manifest`);
  if (sha256(content) !== hash) throw new MemberRefusal(of, `${name} was changed: its SHA-256 is not that of its manifest`);
  return content;
};

const fileBytes = (of: MemberName, folder: string, name: string): Uint8Array => {
  const path = join(folder, name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) throw new MemberRefusal(of, `${name} is missing`);
  if (stat.size > BYTES_MAX) throw new MemberRefusal(of, `${name} has ${stat.size} bytes, above ${BYTES_MAX}`);
  return readFileSync(path);
};
