/**
 * `npm run tensorboard`: shows what training wrote under `logs/tensorboard`, on port 6006. Arguments go to TensorBoard.
 */
import { pythonEnvironment } from "../src/cli/training/pythonEnvironment.ts";
import { runProgram } from "../src/cli/training/runProgram.ts";
import { UserError } from "../src/domain/units.ts";

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const)
  process.on(name, () => {
    stop.abort();
  });
const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
try {
  const context = { env: process.env, signal: stop.signal, log };
  const python = await pythonEnvironment("out/python", context);
  const args = ["-m", "tensorboard.main", "--logdir", "logs/tensorboard", "--port", "6006", ...process.argv.slice(2)];
  process.exitCode = (await runProgram(python, args, { ...context, onLine: log })) ?? 1;
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  log(error.message);
  process.exitCode = 1;
}
