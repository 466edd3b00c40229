import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { STREAMS } from "../../../test/wireFuzz.ts";
import { UserError } from "../../domain/units.ts";
import { parquetStore } from "../parquetStore.ts";
import type { ImportCaptureReport } from "./importCapture.ts";
import { importCapture } from "./importCapture.ts";

let dir = "";
let capture = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "riposte-import-"));
  capture = join(dir, "capture.jsonl");
  const messages = ["1", "2", "3"].map((last) => STREAMS.captured["trade"]?.replace("5266583935", `526658393${last}`));
  await writeFile(capture, messages.map((json, i) => `${1_723_161_255_000 + i}000000 ${json}\n`).join(""));
});
afterEach(() => rm(dir, { recursive: true }));

const imported = async (more: { readonly fromMs?: number; readonly symbols?: readonly string[] } = {}): Promise<ImportCaptureReport> => {
  const store = parquetStore({ root: join(dir, "history") });
  try {
    return await importCapture({ store, paths: [capture], signal: new AbortController().signal, onProgress: () => undefined, ...more });
  } finally {
    await store.close();
  }
};

describe("an import of captured messages", () => {
  it("refuses a range in which there is nothing, and writes no rules for it", async () => {
    const refused: unknown = await imported({ fromMs: Date.UTC(2025, 0, 1) }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect((refused as Error).message).toMatch(
      /^there is nothing from 2025-01-01T00:00:00Z in .*: it holds 2024-08-08T.*; move --from or --to$/,
    );
    expect(existsSync(join(dir, "history", "instruments"))).toBe(false);
  });

  it("says whose rules it has guessed, once", async () => {
    expect((await imported()).guessedRules).toEqual(["BTCUSDT"]);
    expect((await imported()).guessedRules).toEqual([]);
  });

  it("takes a symbol that is named twice once", async () => {
    const { symbols, events } = await imported({ symbols: ["BTCUSDT", "BTCUSDT"] });
    expect([symbols, events]).toEqual([["BTCUSDT"], 3]);
  });
});
