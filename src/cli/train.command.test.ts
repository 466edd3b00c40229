import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { trainCommand } from "./train.ts";
import { scriptFile } from "./training/testing/scriptFile.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "riposte-train-"));
});
afterEach(() => rm(dir, { recursive: true }));

/** Runs the command with a shell script in Python's place; `trainer`: what the trainer does. */
const run = async (trainer: string, values: Record<string, string | boolean> = {}) => {
  const python = join(dir, "python3");
  const venv = 'mkdir -p "$3/bin" && cp "$0" "$3/bin/python"';
  scriptFile(python, ['case "$1 $2" in', `"-m venv") ${venv};;`, `"-m riposte_training") shift 2; ${trainer};;`, "esac"]);
  const [printed, logged]: [string[], string[]] = [[], []];
  const result = await trainCommand.run(
    { python: join(dir, "envs"), ...values },
    {
      log: (line) => logged.push(line),
      print: (line) => printed.push(line),
      progress: () => undefined,
      signal: new AbortController().signal,
      json: false,
      env: { ...process.env, RIPOSTE_PYTHON: python },
    },
  );
  return { result, printed, logged: logged.filter((line) => !line.startsWith("NOTE")) };
};

describe("train", () => {
  test("hands its options on, shows what the trainer says, and names the members that it wrote", async () => {
    const { result, printed, logged } = await run('echo "fold 1" >&2; echo "$@"; echo "wrote models/signal/ridge/1"', {
      layer: "signal",
      model: "ridge",
      "no-member": true,
      seed: "3",
    });
    expect(printed).toEqual(["--layer=signal --model=ridge --seed=3 --no-member", "wrote models/signal/ridge/1"]);
    expect(logged).toEqual(["fold 1"]);
    expect(result).toEqual({ lines: printed, members: ["models/signal/ridge/1"] });
  });

  test("makes the trainer's one line its own error", async () => {
    await expect(run('echo "train: there is no such dataset" >&2; exit 1')).rejects.toThrow(/^there is no such dataset$/);
  });
  test("tells with what the trainer ended when it said nothing", async () => {
    await expect(run("exit 7")).rejects.toThrow(/ended with 7/);
  });
});
