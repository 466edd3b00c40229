import { expect, it } from "vitest";
import { runProcess } from "./process.ts";

const sh = (script: string) => ({ name: "x", command: ["sh", "-c", script], minutes: 1 });

it("gives the exit code and all that was written", async () => {
  expect(await runProcess(sh("echo a; echo b >&2; exit 3"), 60_000, "/")).toMatchObject({ code: 3, output: "a\nb\n" });
  expect(await runProcess({ ...sh(""), command: ["no-such-program"] }, 60_000, "/")).toMatchObject({ code: 127 });
});

it("ends what hangs after its limit, with everything that it started", async () => {
  const { code, output, seconds } = await runProcess(sh("sleep 60 & echo begun; wait"), 500, "/");
  expect(code).toBeNull();
  // The output's pipe is held by `sleep` too: it would stay open for a minute.
  expect(seconds).toBeLessThan(30);
  expect(output).toMatch(/^begun\n\nended after 0 minutes: it hangs/);
});

it("does not wait for a process that left its group and holds the output", async () => {
  const { code, output, seconds } = await runProcess(sh("setsid sleep 20 & sleep 0.5; echo begun"), 60_000, "/");
  expect({ code, output }).toEqual({ code: 0, output: "begun\n\na process that it started goes on and holds its output\n" });
  expect(seconds).toBeLessThan(15);
});
