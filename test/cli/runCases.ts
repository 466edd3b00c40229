import { typeCheck } from "../../src/cli/members/typeCheck.ts";
import { runHere } from "./inProcess.ts";
import type { Ended } from "./riposte.ts";

/**
 * Runs many command lines in one process, one after the other: starting Node is what costs the time. Started by `riposteEach`;
 * argument 1 is the list of argument lists as JSON, the results are printed as JSON.
 */
// A compiler for each of a hundred small modules would take minutes; typeCheck.command.test.ts has its own.
typeCheck.done = true;
const ended: Ended[] = [];
for (const args of JSON.parse(process.argv[2] ?? "[]") as readonly (readonly string[])[]) ended.push(await runHere(args));
process.stdout.write(JSON.stringify(ended));
