import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoadedConfig } from "../../../config/load.ts";
import type { RiposteConfig } from "../../../config/schema.ts";
import { formatUtc } from "../../domain/time.ts";
import { UserError } from "../../domain/units.ts";
import { importCapture } from "../../store/capture/importCapture.ts";
import { parquetStore } from "../../store/parquet/parquetStore.ts";
import type { CapturedSymbol } from "../../venues/binance/capture/capturedSymbol.ts";
import { captureRules } from "../../store/rules/captureRules.ts";
import { capturedSymbols, scanCapture } from "../../venues/binance/capture/captureScan.ts";
import { captureNotes, lostAtEnd } from "../../store/capture/captureNotes.ts";
import type { DataChoice, DataRequest, RunData } from "./runData.ts";
import { shownPath } from "./shownPath.ts";
import { storedData } from "./storedData.ts";

/**
 * Raw messages as the data of a run. The files (one recording; cryptofeed keeps one for each connection) are read once before anything
 * is written: what is wrong with them is a `UserError` with file and line. Then they are imported into a store of the run's own, in the
 * folder for temporary files, and read from there: so a capture and what was imported from it are the same by construction. The store is
 * removed by `close`, or with the process.
 */
export const captureData = async (request: DataRequest): Promise<RunData> => {
  const { config, captures: paths, reading } = request;
  const signal = reading?.signal ?? new AbortController().signal;
  const summary = request.captured?.summary ?? (await scanCapture(paths, signal));
  const symbols = capturedSymbols(summary, config.symbols, paths);
  for (const [index, facts] of symbols.entries()) {
    requireBars(facts, paths);
    if (captureRules(facts, index, summary) === null) throw unruled(facts, paths);
  }
  const { root, remove } = await temporaryFolder();
  const shown = paths.map(shownPath).join(", ");
  const store = parquetStore({ root, market: "um", shown });
  const close = async (): Promise<void> => {
    await store.close();
    await remove();
  };
  try {
    const onProgress = (done: number, total: number): void => reading?.progress("reading the capture", done, total);
    const { aborted } = await importCapture({ store, paths, summary, symbols: config.symbols, signal, onProgress });
    if (aborted) throw new UserError("stopped while the capture was read: nothing was written");
    const outside = (): UserError =>
      new UserError(
        `there is no whole minute in ${shown} in this range: it holds ${formatUtc(summary.fromMs)} to ${formatUtc(summary.toMs)}; move --from or --to`,
      );
    const inCapture: RiposteConfig = { ...config, data: { ...config.data, market: "um" } };
    const data = await storedData({ ...request, config: inCapture }, store, { holder: "The capture", outside });
    return {
      ...data,
      source: `captured USD-M messages in ${shown}`,
      warnings: [
        ...(request.captured?.unnamed === true
          ? [`No symbol was named: the run is of ${config.symbols.join()}, the only one of the capture.`]
          : []),
        ...[...captureNotes(summary), ...lostAtEnd(symbols, summary)].map((note) => `${note}.`),
        ...data.warnings,
      ],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

/** The config and the data of a command: where no symbol is named, the only one of a capture is meant. */
export const withCapturedSymbol = async <C extends DataChoice>(
  { config, symbolsGiven }: Pick<LoadedConfig, "config" | "symbolsGiven">,
  choice: C,
): Promise<{ readonly config: RiposteConfig; readonly choice: C }> => {
  if (choice.captures.length === 0 || symbolsGiven) return { config, choice };
  const summary = await scanCapture(choice.captures, choice.reading?.signal);
  const [only, ...others] = summary.symbols;
  const unnamed = only !== undefined && others.length === 0 && !config.symbols.includes(only.symbol);
  return { config: unnamed ? { ...config, symbols: [only.symbol] } : config, choice: { ...choice, captured: { summary, unnamed } } };
};

/** The error for a symbol whose prices show no tick: all have more digits than a price. */
const unruled = ({ symbol }: CapturedSymbol, paths: readonly string[]): UserError =>
  new UserError(
    `${symbol} has no rules: ${paths.join(", ")} has no exchangeInfo, and its prices and quantities show no tick and lot; add the answer of exchangeInfo, or choose another symbol`,
  );

const requireBars = ({ symbol, trades, aggTrades, klines, otherKlines }: CapturedSymbol, paths: readonly string[]): void => {
  if (trades + aggTrades + klines > 0) return;
  const others = otherKlines.size === 0 ? "" : ` (its klines are of ${[...otherKlines].join(", ")})`;
  throw new UserError(
    `${symbol} has neither trades nor closed 1m klines in the capture ${paths.join(", ")}${others}: no bar can be made; choose another symbol`,
  );
};

/** A folder of its own, which is removed with the process at the latest. */
const temporaryFolder = async (): Promise<{ readonly root: string; readonly remove: () => Promise<void> }> => {
  const root = await mkdtemp(join(tmpdir(), "riposte-replay-"));
  if (FOLDERS.size === 0) process.once("exit", removeAll);
  FOLDERS.add(root);
  return {
    root,
    remove: async () => {
      FOLDERS.delete(root);
      if (FOLDERS.size === 0) process.off("exit", removeAll);
      await rm(root, { recursive: true, force: true });
    },
  };
};

const FOLDERS = new Set<string>();
const removeAll = (): void => {
  for (const root of FOLDERS) rmSync(root, { recursive: true, force: true });
};
