import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, namesIn, riposte, riposteEach, scratchFolder } from "../../../test/cli/riposte.ts";
import type { Ended } from "../../../test/cli/riposte.ts";

/** `backtest --beliefs`: made, read, and refused where they are not this run's. */
const SIGNAL = (long: string): string => `import { up } from "./part.ts";
export default () => ({ name: "mine", warmUpBars: 60, onGap: "keep", init: () => ({ n: 0 }), decide: (state, bar, out) => {
  if (++state.n === Number(process.env.STOP_AT)) process.kill(process.pid, "SIGINT");
  if (state.n >= Number(process.env.STOP_AT)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); // never over before the signal
  out.pLong = state.n % 400 < 200 ? ${long} * up : 0; out.pShort = state.n % 400 < 200 ? 0 : 0.9; out.pNeutral = 1 - out.pLong - out.pShort;
} });`;
const RUN = ["backtest", "--simulate", "--days", "5", "--out", "o", "--json", "--signal", "./mine.ts"];
const reading = (...more: string[]): string[] => [...RUN, "--beliefs", "b", ...more];

const hashesOf = ({ stdout, stderr }: Ended): unknown => {
  expect(stdout, stderr).not.toBe("");
  const { decisionsSha256, decisions, trades, equityEndUsdt } = JSON.parse(stdout) as Record<string, unknown>;
  return { decisionsSha256, decisions, trades, equityEndUsdt };
};

let folder: string;
let direct: Ended;
let written: Ended;
let stopped: Ended;
beforeAll(async () => {
  folder = await scratchFolder("beliefs");
  await Promise.all([
    writeFile(join(folder, "mine.ts"), SIGNAL("0.9")),
    writeFile(join(folder, "part.ts"), "export const up: number = 1;"),
  ]);
  direct = await riposte(RUN, { cwd: folder });
  stopped = await riposte(reading("--burst", "64"), { cwd: folder, env: { STOP_AT: "3000" } });
}, 90_000);
afterAll(() => rm(folder, { recursive: true }));

describe("riposte backtest --beliefs", { timeout: 90_000 }, () => {
  it("leaves nothing when it is stopped while it writes them", async () => {
    expectRefusal(stopped, 130, /^riposte: stopped at .*: o is as it was$/);
    expect(await namesIn(folder)).toEqual(["mine.ts", "o", "out", "part.ts"]);
  });

  it("decides the same whether it writes them, reads them, or does without; in any bursts, and with other settings of L4", async () => {
    written = await riposte(reading(), { cwd: folder });
    expect(hashesOf(written)).toEqual(hashesOf(direct));
    expect(JSON.parse(written.stdout)).toMatchObject({ trades: expect.any(Number) as number });
    const other = ["--set", "position.options.targetFraction=0.01"];
    const [read, small, otherDirect, otherRead] = (await riposteEach(
      [reading(), reading("--burst", "7"), [...RUN, ...other], reading(...other)],
      folder,
    )) as [Ended, Ended, Ended, Ended];
    expect(hashesOf(read)).toEqual(hashesOf(direct));
    expect(hashesOf(small)).toEqual(hashesOf(direct));
    expect(hashesOf(otherRead)).toEqual(hashesOf(otherDirect));
    expect(hashesOf(otherRead)).not.toEqual(hashesOf(direct));
  });

  it("refuses those of another run, with the setting and the remedy", async () => {
    const remedy = "delete the file to make it anew, or name another with --beliefs$";
    const bytes = await readFile(join(folder, "b"));
    const flipped = Buffer.from(bytes);
    flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] as number) ^ 1;
    await Promise.all([
      writeFile(join(folder, "flipped"), flipped),
      writeFile(join(folder, "cut"), bytes.subarray(0, -100)),
      writeFile(
        join(folder, "position.ts"),
        'export default () => ({ name: "p", features: ["x"], init: () => null, decide: () => undefined });',
      ),
      writeFile(
        join(folder, "family.ts"),
        'export default { name: "f", columns: [{ name: "x", warmUpBars: 1, formula: "", unit: "1", source: "" }], init: () => 0, bar: (s, bar, out, at) => { out[at] = bar.close / bar.open; } };',
      ),
    ]);
    const family = ["--set", "features.modules=./family.ts"];
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [reading("--days", "6"), new RegExp(`^riposte: beliefs b were made with simulate.days = 5, and this run has 6: ${remedy}`)],
      [reading("--signal", "trend"), /beliefs b were made with signal\.module = "\.\/mine\.ts", and this run has "trend"/],
      [reading("--symbol", "ETHUSDT"), /beliefs b were made with symbols = \["BTCUSDT"\], and this run has \["ETHUSDT"\]/],
      [
        [...RUN, "--beliefs", "flipped"],
        new RegExp(`beliefs flipped are damaged \\(the checksum of rows \\d+ to \\d+ does not match\\): ${remedy}`),
      ],
      [[...RUN, "--beliefs", "cut"], /beliefs cut are damaged \(it ends too early\)/],
      [[...RUN, "--beliefs", "mine.ts"], /beliefs mine\.ts are no file of stored beliefs/],
      [[...RUN, "--beliefs", "o"], /beliefs o are no file/],
      [[...RUN, "--beliefs", "nowhere/b"], /cannot write beliefs nowhere\/b: its folder does not exist; name another file with --beliefs$/],
      [[...RUN, ...family, "--beliefs", "f", "--out", "f-out"], /^$/],
      [
        [...RUN, ...family, "--beliefs", "f", "--position", "./position.ts"],
        /beliefs f lack x, which position module \.\/position\.ts reads/,
      ],
    ];
    const ended = await riposteEach(
      cases.map(([args]) => args),
      folder,
    );
    for (const [index, [, line]] of cases.entries()) {
      if (line.source === "^$") expect((ended[index] as Ended).code, (ended[index] as Ended).stderr).toBe(0);
      else expectRefusal(ended[index] as Ended, 1, line);
    }
  });

  it("refuses those of a module that changed since, or of a file that it imports", async () => {
    await writeFile(join(folder, "mine.ts"), SIGNAL("0.8"));
    expectRefusal(await riposte(reading(), { cwd: folder }), 1, /beliefs b were made before module \.\/mine\.ts changed: delete the file/);
    await Promise.all([
      writeFile(join(folder, "mine.ts"), SIGNAL("0.9")),
      writeFile(join(folder, "part.ts"), "export const up: number = 0.9;"),
    ]);
    expectRefusal(await riposte(reading(), { cwd: folder }), 1, /beliefs b were made before module \.\/mine\.ts changed/);
  });

  it("refuses those of other data under the same name", async () => {
    const fill = (seed: string): string[] => ["simulate", "--data", "d", "--days", "4", "--seed", seed];
    const run = [
      ...RUN.filter((word) => word !== "--simulate" && word !== "--days" && word !== "5"),
      "--data",
      "d",
      "--signal",
      "trend",
      "--beliefs",
      "s",
    ];
    const first = await riposteEach([fill("1"), run], folder);
    expect(first.map(({ code }) => code)).toEqual([0, 0]);
    await rm(join(folder, "d"), { recursive: true });
    const [, refused] = await riposteEach([fill("2"), run], folder);
    expectRefusal(refused as Ended, 1, /beliefs s were made from other data than this run read: delete the file/);
  });
});
