import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The page's script, in the order in which its modules may use each other. */
export const PAGE_MODULES = [
  "format.js",
  "columns.js",
  "candles.js",
  "runs.js",
  "model.js",
  "theme.js",
  "charts.js",
  "shading.js",
  "elements.js",
  "equityChart.js",
  "priceWindow.js",
  "priceMarks.js",
  "regimeRibbon.js",
  "priceChart.js",
  "histogramChart.js",
  "figureCharts.js",
  "reliabilityChart.js",
  "layerFacts.js",
  "featureTable.js",
  "layerPanel.js",
  "tradesTable.js",
  "main.js",
] as const;

/** The script of a sweep's page, which shares files with the report. */
export const SWEEP_MODULES = [
  "format.js",
  "theme.js",
  "charts.js",
  "sweepModel.js",
  "heatMap.js",
  "sweepTable.js",
  "sweepMain.js",
] as const;

/** The script of a walk-forward's page. */
export const WALK_MODULES = ["format.js", "theme.js", "charts.js", "walkModel.js", "walkCharts.js", "walkMain.js"] as const;

/** The page's stylesheets, in cascade order. */
export const PAGE_STYLES = ["theme.css", "layout.css", "tables.css", "layers.css", "print.css"] as const;
export const SWEEP_STYLES = ["theme.css", "layout.css", "tables.css", "print.css", "sweep.css"] as const;

const pageFile = (name: string): string => readFileSync(new URL(`../page/${name}`, import.meta.url), "utf8");

/**
 * The modules in `page/` as one classic script: a page opened from disk may not load modules, and a report is one file.
 * They share one scope, so their top-level names must differ (a repeated `const` is a syntax error that a test finds).
 */
export const pageScript = (modules: readonly string[]): string => {
  const bodies = modules.map((name) =>
    pageFile(name)
      .replace(/^import [^;]*;\n/gm, "")
      .replace(/^export (?=const |class )/gm, ""),
  );
  return `(() => {\n"use strict";\n${bodies.join("\n")}\n})();`;
};

export const pageStyle = (styles: readonly string[]): string => styles.map(pageFile).join("\n");

/** Apache ECharts, the build for browsers, with its licence notice at the top. */
export const chartLibrary = (): string => readFileSync(createRequire(import.meta.url).resolve("echarts/dist/echarts.min.js"), "utf8");
