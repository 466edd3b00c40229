import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { RiposteConfig } from "../../../config/schema.ts";
import { shownArgument, shownPath } from "../data/shownPath.ts";
import { moduleNames, modulesOf } from "../members/moduleFiles.ts";
import type { NamedVersion } from "../../record/decisions/speakers.ts";
import { Speakers } from "../../record/decisions/speakers.ts";
import type { LayerMembers } from "../members/layers.ts";
import { isServing, memberHashes } from "../members/trained.ts";
import { programVersion } from "../programVersion.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** Folders in which a new file is code. */
const CODE = /^(?:bin|src|operators|models|streams|config)\//;

/** The code that runs, and warnings about it. */
export interface CodeVersion {
  /** The commit, with `+dirty` when files differ from it. Outside a repository, or when git does not answer, the program's version. */
  readonly commit: string;
  readonly warnings: readonly string[];
}

/** Asks git. Changed files count wherever they are, new ones where code is. Never rejects. */
export const codeVersion = async (root = ROOT): Promise<CodeVersion> => {
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)("git", ["-C", root, ...args], { maxBuffer: 1 << 26 })).stdout;
  if (!existsSync(join(root, ".git"))) return { commit: packageVersion(), warnings: [] };
  try {
    const [facts, changes] = await Promise.all([git("rev-parse", "--show-toplevel", "HEAD"), git("status", "--porcelain", "-z")]);
    const [top = "", commit = ""] = facts.split("\n");
    // A repository above the program's folder is another project's.
    if (realpathSync(top) !== realpathSync(root)) return { commit: packageVersion(), warnings: [] };
    const dirty = changes.split("\0").some((line) => line !== "" && (!line.startsWith("?? ") || CODE.test(line.slice(3))));
    return { commit: `${commit}${dirty ? "+dirty" : ""}`, warnings: [] };
  } catch (error) {
    const commit = `${packageVersion()}+unknown`;
    return { commit, warnings: [`The commit of the code is unknown: git could not be asked (${reasonOf(error)}).`] };
  }
};

/** `v` and the version of the package. */
const packageVersion = (): string => `v${programVersion()}`;

/** What git said, or why it could not be started. */
const reasonOf = (error: unknown): string => {
  const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: unknown };
  const said = typeof stderr === "string" ? (stderr.trim().split("\n")[0] ?? "") : "";
  return said === "" ? String(code) : said;
};

/** The hashes of a config's users' modules, by names that a report may show. */
export const shownModules = (config: RiposteConfig): Readonly<Record<string, string>> => {
  const shown: Record<string, string> = {};
  for (const [name, sha256] of Object.entries(modulesOf(moduleNames(config))))
    shown[shownPath(name) in shown ? name : shownPath(name)] = sha256;
  return shown;
};

/** The member of each layer: a shipped rule with the program's version, or a user's module with its hash. */
export const memberVersions = (config: RiposteConfig): Readonly<Record<string, NamedVersion>> => {
  const version = packageVersion();
  const hashes = modulesOf(moduleNames(config));
  const { regime, pattern, signal, position } = config;
  return Object.fromEntries(
    Object.entries({ regime, pattern, signal, position }).map(([layer, { module }]) => [
      layer,
      { name: shownPath(module), version: hashes[module] ?? version },
    ]),
  );
};

/** Names who spoke in a table: a rule as the config names it, a trained member with the hash of its manifest. */
export const speakersOf = (config: RiposteConfig, { trained, ...rules }: LayerMembers): Speakers | undefined => {
  if (!isServing(trained)) return undefined;
  const versions = memberVersions(config);
  const hashes = memberHashes(trained);
  return new Speakers((layer, member) =>
    member === rules[layer]?.name ? (versions[layer] as NamedVersion) : { name: member, version: hashes[`${layer}/${member}`] ?? "" },
  );
};

/** The command that repeats this run, as one would type it. */
export const commandLine = (): string => ["riposte", ...process.argv.slice(2)].map(shownArgument).map(quoted).join(" ");

const quoted = (word: string): string => (/^(~\/)?[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
