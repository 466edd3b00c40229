import { spawnSync } from "node:child_process";
import { repositoryRoot } from "./registry.ts";

/** What a peer prints, run once in a process of its own. Throws, with the end of its standard error, where it fails. */
export const peerOutput = ([file, ...args]: readonly string[], limitMs: number): string => {
  const { status, signal, stdout, stderr, error } = spawnSync(file!, args, {
    cwd: repositoryRoot,
    encoding: "utf8",
    timeout: limitMs,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`ended with ${status ?? signal}: ${stderr.trim().split("\n").slice(-3).join(" / ")}`);
  return stdout;
};
