import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/commands.ts";
import { runCommandLine } from "../../src/cli/frame/main.ts";
import type { Ended } from "./riposte.ts";

/** Where runs of tests are kept, at most `runs.keep` of them: the working folder may be this repository's. */
export const KEPT_ASIDE = { RIPOSTE_RUNS_DIR: join(tmpdir(), "riposte-test-runs") };

/**
 * Runs one command line in this process, as `bin/riposte.mjs` would in its own: no start of Node, but no signal, no exit
 * code of a process and no working folder of its own either.
 */
export const runHere = async (args: readonly string[]): Promise<Ended> => {
  const ended = { stdout: "", stderr: "" };
  const code = await runCommandLine(args, {
    env: KEPT_ASIDE,
    commands: COMMANDS,
    stderrIsTty: false,
    stderrColumns: 80,
    stdout: (text) => (ended.stdout += text),
    stderr: (text) => (ended.stderr += text),
    nowMs: () => performance.now(),
    stop: new AbortController().signal,
  });
  return { code, ...ended };
};
