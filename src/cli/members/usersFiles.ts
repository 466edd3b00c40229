import { isAbsolute, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** Folders of the program. What else lies in a clone, examples too, is a user's. */
const FOLDERS = ["bin", "src", "operators", "models", "streams", "config", "test", "bench", "scripts"];

/** These folders, with their paths. */
export const PROGRAM_FOLDERS: readonly string[] = FOLDERS.map((folder) => `${ROOT}${folder}/`);

/** Path of a file of the program from its root, with `/`; undefined: it is none. */
export const programPath = (path: string): string | undefined => {
  if (!path.startsWith(ROOT)) return undefined;
  const parts = relative(ROOT, path).split(sep);
  return parts.length > 1 && FOLDERS.includes(parts[0] as string) ? parts.join("/") : undefined;
};

/** Folder of the installed package that a file belongs to; undefined: it belongs to none. */
export const packageFolder = (path: string): string | undefined =>
  /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(path)?.[0];

/** Users' modules that lie among the program's files. */
const modules = new Set<string>();

/** Takes a file for a user's, wherever it lies. */
export const takeForUsers = (path: string): void => {
  modules.add(path);
};

/** Whether a file is a user's: it belongs neither to the program nor to a package. "": no file. */
export const isUsers = (path: string): boolean =>
  modules.has(path) || (path !== "" && packageFolder(path) === undefined && programPath(path) === undefined);

/** Path of a file as the loader and V8 name it, a URL or a path; "" for what is no file. */
export const pathOf = (name: string): string => {
  const file = name.replace(/(?:[?#]|%3Ftsx-).*$/, "");
  if (file.startsWith("file:")) return fileURLToPath(file);
  return isAbsolute(file) ? file : "";
};
