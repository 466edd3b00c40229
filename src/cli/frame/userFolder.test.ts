import { homedir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { userFolder } from "./userFolder.ts";

it.each([
  ["state", { XDG_STATE_HOME: "/s" }, "linux", "/s/riposte"],
  ["cache", { XDG_CACHE_HOME: "/c", XDG_STATE_HOME: "/s" }, "darwin", "/c/riposte"],
  ["state", {}, "linux", join(homedir(), ".local/state/riposte")],
  ["cache", {}, "linux", join(homedir(), ".cache/riposte")],
  // The specification says that a relative path is none.
  ["state", { XDG_STATE_HOME: "here" }, "linux", join(homedir(), ".local/state/riposte")],
  ["state", {}, "darwin", join(homedir(), "Library/Application Support/riposte")],
  ["cache", {}, "darwin", join(homedir(), "Library/Caches/riposte")],
  ["state", { LOCALAPPDATA: "/l" }, "win32", "/l/riposte/state"],
] as const)("%s of %j on %s is %s", (kind, env, platform, folder) => {
  expect(userFolder(kind, env, platform)).toBe(folder);
});
