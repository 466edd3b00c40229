import { runCommandLine } from "../../src/cli/frame/main.ts";
import { typeCheck } from "../../src/cli/members/typeCheck.ts";
import { COMMANDS } from "../../src/cli/commands.ts";

/**
 * Runs many command lines in one process, one after the other, as `bin/riposte.mjs` would each: starting Node is what costs
 * the time. Started by `riposteEach`; argument 1 is the list of argument lists as JSON, the results are printed as JSON.
 */
// A compiler for each of a hundred small modules would take minutes; typeCheck.command.test.ts has its own.
typeCheck.done = true;
const cases = JSON.parse(process.argv[2] ?? "[]") as readonly (readonly string[])[];
const ended: { code: number; stdout: string; stderr: string }[] = [];
for (const args of cases) {
  const result = { code: -1, stdout: "", stderr: "" };
  result.code = await runCommandLine(args, {
    env: {},
    commands: COMMANDS,
    stderrIsTty: false,
    stderrColumns: 80,
    stdout: (text) => (result.stdout += text),
    stderr: (text) => (result.stderr += text),
    nowMs: () => performance.now(),
    stop: new AbortController().signal,
  });
  ended.push(result);
}
process.stdout.write(JSON.stringify(ended));
