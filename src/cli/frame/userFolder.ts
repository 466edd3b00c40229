import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder of the user in which the program keeps what outlives a working folder (`state`) or can be made again (`cache`): as the XDG
 * Base Directory Specification says, on macOS and Windows where these keep such things.
 */
export const userFolder = (kind: "state" | "cache", env: Environment, platform = process.platform): string => {
  const given = env[kind === "state" ? "XDG_STATE_HOME" : "XDG_CACHE_HOME"];
  if (given !== undefined && isAbsolute(given)) return join(given, "riposte");
  if (platform === "darwin") return join(homedir(), "Library", kind === "state" ? "Application Support" : "Caches", "riposte");
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "riposte", kind);
  return join(homedir(), kind === "state" ? ".local/state" : ".cache", "riposte");
};
