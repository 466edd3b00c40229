import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { RiposteConfig } from "../../../config/schema.ts";
import { InvariantError } from "../../domain/units.ts";
import { sha256 } from "../../store/hashing/sha256.ts";
import { required } from "./guard/guardRequire.ts";
import { ownLoader } from "./ownLoader.ts";
import { packageFolder, programPath } from "./usersFiles.ts";

/** SHA-256 of users' modules by path, as they were when they were loaded. */
const loaded = new Map<string, string>();
let asked = 0;

/** Whether a `module` setting means a file (`./mine.ts`, `/abs/mine.ts`, `rules/mine.ts`) rather than a shipped name. */
export const isModulePath = (name: string): boolean => isAbsolute(name) || /[\\/]/.test(name) || /\.[cm]?[jt]s$/.test(name);

/** Records the files that a user's module has loaded. Called right after loading, so that a later edit of a file changes nothing. */
export const rememberModule = async (path: string): Promise<void> => {
  if (loaded.has(path)) return;
  loaded.set(path, moduleSha256(path, [...(await imports()), ...required]));
};

type Import = readonly [importer: string, imported: string];

/** What was imported so far, by URL. A name is answered once, so each question has its own. */
const imports = async (): Promise<readonly Import[]> =>
  ownLoader ? ((await import(`riposte:imports?${++asked}`)) as { readonly default: readonly Import[] }).default : [];

/** Names of the modules that a config has, users' and shipped. */
export const moduleNames = ({ features, regime, pattern, signal, position }: RiposteConfig): string[] => [
  ...features.modules,
  ...[regime, pattern, signal, position].map(({ module }) => module),
];

/** Hash of the loaded files (`moduleSha256`) for each name that is a user's file. */
export const modulesOf = (names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.filter(isModulePath).map((name) => [name, loadedSha256(resolve(name))]));

const loadedSha256 = (path: string): string => {
  const sha256 = loaded.get(path);
  if (sha256 === undefined) throw new InvariantError(`module ${path} was not loaded`);
  return sha256;
};

/**
 * SHA-256 (hex) of a module: its text, the texts of all files that it loads, and its packages. The loader said which these are, so
 * that there is no second opinion on what an import means.
 */
const moduleSha256 = (path: string, edges: readonly Import[]): string => {
  const targets = new Map<string, string[]>();
  for (const [importer, imported] of edges) targets.set(importer, [...(targets.get(importer) ?? []), imported]);
  const reached = new Set([pathToFileURL(path).href]);
  for (const url of reached) for (const target of targets.get(url) ?? []) reached.add(target);
  const lines = [...reached].filter((url) => !url.startsWith("node:")).map((url) => identityOf(url, dirname(path)));
  return sha256([...new Set(lines)].sort().join("\n"));
};

/** A file by its path, from the module's folder or the program's, and its content; a package by what was installed. */
const identityOf = (url: string, folder: string): string => {
  if (!url.startsWith("file:")) return url;
  const path = fileURLToPath(url);
  const dir = packageFolder(path);
  if (dir !== undefined) return packageIdentity(dir);
  return `${programPath(path) ?? relative(folder, path).replaceAll(sep, "/")} ${sha256(readFileSync(path))}`;
};

/** Name, version and the lock file's hash; where no lock file has the package, the hash of its files. */
const packageIdentity = (dir: string): string => {
  const { name, version } = jsonIn(join(dir, "package.json")) as { readonly name?: string; readonly version?: string };
  return `${name ?? dir}@${version ?? ""} ${
    lockedIntegrity(dir) ??
    sha256(
      filesIn(dir)
        .map((file) => `${relative(dir, file)} ${sha256(readFileSync(file))}`)
        .join("\n"),
    )
  }`;
};

/** Integrity from the nearest lock file upwards that lists the package: npm's record of its installation, else `package-lock.json`. */
const lockedIntegrity = (dir: string): string | undefined => {
  for (let root = dirname(dir); root !== dirname(root); root = dirname(root)) {
    for (const lock of ["node_modules/.package-lock.json", "package-lock.json"]) {
      if (!existsSync(join(root, lock))) continue;
      const { packages = {} } = jsonIn(join(root, lock)) as {
        readonly packages?: Readonly<Record<string, { readonly integrity?: string }>>;
      };
      const integrity = packages[relative(root, dir).replaceAll(sep, "/")]?.integrity;
      if (integrity !== undefined) return integrity;
    }
  }
  return undefined;
};

const filesIn = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules")
    .flatMap((entry) => (entry.isDirectory() ? filesIn(join(dir, entry.name)) : [join(dir, entry.name)]))
    .sort();

const jsonIn = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
