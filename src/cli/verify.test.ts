import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testKlines } from "../../test/contract/testMarket.ts";
import { answerOf } from "../../test/damage/readers.ts";
import { parquetStore } from "../store/parquet/parquetStore.ts";

const MONTH = "futures/um/monthly/klines/AUSDT/1m/AUSDT-1m-2023-01.zip";
let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "riposte-verify-"));
  const store = parquetStore({ root });
  await store.write("AUSDT", "um", testKlines(Date.UTC(2023, 0), 30));
  await (await store.landed()).change([[MONTH, { sha256: "ab", rows: 30 }]]);
  await store.close();
});
afterEach(() => rm(root, { recursive: true }));
const file = (): string => join(root, "klines/market=um/symbol=AUSDT/interval=1m/2023-01.parquet");

describe("riposte verify", () => {
  it("says how much it has looked at, and exits 0 where all is well", async () => {
    const { code, stdout } = await answerOf(["verify", "--data", root]);
    expect([code, stdout]).toEqual([0, `${root}: 1 files checked, 1 landed archive files counted\n`]);
  });

  it("names each fault with its remedy, exits 1, and prints the document all the same", async () => {
    const bytes = await readFile(file());
    await writeFile(file(), bytes.fill(1, 200, 201));
    const remedy = `run riposte backfill --symbol AUSDT --kinds klines --from 2023-01-01 --to 2023-02-01 --data ${root} (and its --archive, if it had one)`;
    const fault = `the history file ${file()} is damaged: its bytes are not those that were written (SHA-256); ${remedy}`;
    const plain = await answerOf(["verify", "--data", root]);
    expect(plain).toMatchObject({ code: 1, stderr: `riposte: ${root} is not as it was written: ${fault}\n` });
    expect(plain.stdout).toContain(`fault: ${fault}\n`);
    const json = await answerOf(["verify", "--data", root, "--json"]);
    expect([json.code, JSON.parse(json.stdout)]).toEqual([1, expect.objectContaining({ store: root, checked: 0, faults: [fault] })]);
  });

  it("counts what a landed file gave the store", async () => {
    const store = parquetStore({ root });
    await (await store.landed()).change([[MONTH, { sha256: "ab", rows: 31 }]]);
    await store.close();
    const { code, stdout } = await answerOf(["verify", "--data", root]);
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining(`fault: ${root} holds 30 of the 31 rows that ${MONTH} gave it; run riposte backfill`),
    ]);
  });

  it("takes a damaged list of landed files for a fault, not for the end", async () => {
    await writeFile(join(root, "landed.json"), (await readFile(join(root, "landed.json"), "utf8")).replace("30", "31"));
    const { code, stdout } = await answerOf(["verify", "--data", root]);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/1 files checked[^]*fault: .*landed\.json is damaged: delete it and run again/),
    ]);
  });

  it.each([
    [["--run", "o", "--adopt"], 2, /--run is the folder of a report, and --adopt is for a store: leave one out/],
    [["--run", "nowhere"], 1, /nowhere has no files\.sha256, so there is nothing to compare it with/],
    [["--adopt", "--store", "questdb"], 2, /--adopt takes files into a Parquet store/],
    [["--data", "nowhere"], 1, /there is nothing to verify in nowhere: name the store with --data DIR/],
  ])("refuses %j", async (args, code, line) => {
    const refused = await answerOf(["verify", ...args]);
    expect([refused.code, refused.stderr]).toEqual([code, expect.stringMatching(line)]);
  });
});
