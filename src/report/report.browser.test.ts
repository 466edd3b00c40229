import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../record/runRecord.ts";
import { withSampleLayers } from "./testing/sampleLayers.ts";
import { sampleRecord } from "./testing/sampleRecord.ts";
import { writeRun } from "./writeRun.ts";

const ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const SILENT_ARGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
const HOSTILE = `</script><img src=x onerror="alert(1)">`;
const LOAD_MS_MAX = 2000;

let root = "";
let browser: Browser;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "riposte-page-"));
  browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: [...ARGS, ...SILENT_ARGS] });
});
afterAll(async () => {
  await browser.close();
  rmSync(root, { recursive: true, force: true });
});

interface Opened {
  readonly page: Page;
  /** Console errors and warnings, uncaught errors, dialogs. */
  readonly complaints: string[];
  readonly requests: string[];
  readonly url: string;
}

interface View {
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
}

let opened = 0;
const open = async (record: RunRecord, { width = 1440, colorScheme = "light" }: View = {}): Promise<Opened> => {
  const dir = join(root, String((opened += 1)));
  writeRun(dir, record);
  const url = pathToFileURL(join(dir, "report.html")).href;
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  await page.waitForSelector("html[data-ready]");
  return { page, complaints, requests, url };
};

/** Of every chart: how many different colours its canvas shows (a blank one has 1), by name. */
const coloursOf = (page: Page): Promise<Record<string, number>> =>
  page.evaluate<Record<string, number>>(`Object.fromEntries([...document.querySelectorAll("[data-chart]")].map((box) => {
    const canvas = box.querySelector("canvas");
    if (canvas === null || canvas.width === 0) return [box.dataset.chart, 0];
    const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return [box.dataset.chart, new Set(new Uint32Array(data.buffer)).size];
  }))`);

const CHARTS = ["equity", "price", "histogram", "money", "hour", "weekday", "exitReason", "holding", "side"].map((name, index) =>
  index < 4 ? name : `breakdown-${name}`,
);
const note = (page: Page): Promise<string> => page.innerText("[data-price-note]");

describe("report.html in Chromium", () => {
  it("draws every chart without an error and without a request", async () => {
    const { page, complaints, requests, url } = await open(sampleRecord());
    const colours = await coloursOf(page);
    expect(Object.keys(colours).sort()).toEqual([...CHARTS].sort());
    for (const [name, seen] of Object.entries(colours)) expect(seen, name).toBeGreaterThan(8);
    expect(await page.isVisible(".banner")).toBe(true);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([url]);
    await page.close();
  });

  it("draws the mean and the median where they are, not where two decimals would put them", async () => {
    const record = sampleRecord();
    // Returns of a few basis points: to two decimals all of them are 0.
    const trades = record.trades.map((trade, at) => ({ ...trade, pnlUsdt: ((at % 7) - 2) * 1e-4 * trade.entryPrice * trade.qty }));
    const { page, complaints } = await open({ ...record, trades });
    const drawn = await page.evaluate<{ readonly name: string; readonly at: number; readonly right: number }[]>(`(() => {
      const chart = echarts.getInstanceByDom(document.querySelector('[data-chart="histogram"]'));
      const option = chart.getOption().series[1].markLine;
      const data = option.data.map((line) => ({ name: line.label.formatter, right: chart.convertToPixel({ xAxisIndex: 0 }, line.xAxis) }));
      const drawn = chart.getZr().storage.getDisplayList().filter(({ type, shape }) => shape?.x1 !== undefined && shape.x1 === shape.x2).map(({ shape }) => shape.x1);
      return data.map((line) => ({ ...line, at: drawn.reduce((near, x) => (Math.abs(x - line.right) < Math.abs(near - line.right) ? x : near), Infinity) }));
    })()`);
    expect(drawn).toHaveLength(2);
    for (const { name, at, right } of drawn) expect([name, Math.abs(at - right) < 2]).toEqual([name, true]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each(["equity", "price"])("draws one time at one place in both parts of the %s chart", async (name) => {
    const { page } = await open(withSampleLayers(sampleRecord({ days: 181 })));
    const places = await page.evaluate<readonly [upper: number, lower: number][]>(`(() => {
      const chart = echarts.getInstanceByDom(document.querySelector('[data-chart="${name}"]'));
      const { min, max } = chart.getOption().xAxis[0];
      return [0, 0.3, 1].map((share) => [0, 1].map((xAxisIndex) => chart.convertToPixel({ xAxisIndex }, min + share * (max - min))));
    })()`);
    for (const [upper, lower] of places) expect(lower).toBeCloseTo(upper, 6);
    await page.close();
  });

  it("zooms: the wheel with Ctrl on equity takes the price along, buttons and trades move the price", async () => {
    const { page, complaints } = await open(sampleRecord());
    expect(await note(page)).toContain("of 3,000 trades in view");
    const box = await page.locator('[data-chart="equity"]').boundingBox();
    await page.mouse.move((box?.x ?? 0) + 600, (box?.y ?? 0) + 150);
    await page.keyboard.down("Control");
    for (let turn = 0; turn < 6; turn += 1) await page.mouse.wheel(0, -240);
    await page.keyboard.up("Control");
    await expect.poll(() => note(page)).not.toContain("of 3,000 trades in view");
    await page.click('[data-price-span="1d"]');
    await expect.poll(() => note(page)).toMatch(/^Candles of 15 min; \d trades\.$/);
    await page.click('[data-price-span="all"]');
    await expect.poll(() => note(page)).toContain("of 3,000 trades in view");
    await page.click("[data-trades] tbody tr:nth-child(5)");
    await expect.poll(() => note(page)).toMatch(/; \d trades?\.$/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("scrolls the page, not the chart, with a plain wheel", async () => {
    const { page } = await open(sampleRecord());
    const box = await page.locator('[data-chart="equity"]').boundingBox();
    const before = await note(page);
    await page.mouse.move((box?.x ?? 0) + 600, (box?.y ?? 0) + 150);
    await page.mouse.wheel(0, 300);
    await expect.poll(() => page.evaluate<number>("scrollY")).toBeGreaterThan(100);
    expect(await note(page)).toBe(before);
    await page.close();
  });

  it("sorts, filters and pages the trades", async () => {
    const { page } = await open(sampleRecord({ trades: 300, days: 60 }));
    const cells = (column: number): Promise<string[]> => page.locator(`[data-trades] tbody td:nth-child(${column})`).allInnerTexts();
    await page.click("[data-trades] th:nth-child(8) button");
    const pnl = (await cells(8)).map((text) => Number(text.replace("−", "-").replace(",", "")));
    expect(pnl).toEqual([...pnl].sort((a, b) => b - a));
    await page.selectOption('select[aria-label="All reasons"]', "stop");
    expect(new Set(await cells(12))).toEqual(new Set(["stop"]));
    await page.selectOption('select[aria-label="All reasons"]', "All reasons");
    await page.click('button[aria-label="Last page"]');
    expect(await page.innerText("[data-trade-pager] span")).toBe("251–300 of 300");
    await page.close();
  });

  it("is dark where the system is, light on request, and hides what its key switches off", async () => {
    const { page, complaints } = await open(sampleRecord({ trades: 40, days: 90 }), { colorScheme: "dark" });
    const background = (): Promise<string> => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(await background()).toBe("rgb(14, 19, 26)");
    await page.click("[data-theme-button]");
    expect(await background()).toBe("rgb(245, 246, 248)");
    const before = (await coloursOf(page))["equity"] ?? 0;
    await page.click('[data-equity-key="Buy and hold"]');
    await expect.poll(async () => (await coloursOf(page))["equity"]).not.toBe(before);
    for (const [name, seen] of Object.entries(await coloursOf(page))) expect(seen, name).toBeGreaterThan(8);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([400, 768, 1920])("needs no sideways scrolling at %i pixels", async (width) => {
    const { page, complaints } = await open(sampleRecord({ trades: 200, symbols: ["BTCUSDT", "ETHUSDT"] }), { width });
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(width);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("changes the symbol of the price chart", async () => {
    const { page, complaints } = await open(sampleRecord({ trades: 200, symbols: ["BTCUSDT", "ETHUSDT"] }));
    const before = await page.innerText("[data-price-readout]");
    await page.selectOption("[data-price-symbol]", "ETHUSDT");
    await expect.poll(() => page.innerText("[data-price-readout]")).not.toBe(before);
    expect((await coloursOf(page))["price"]).toBeGreaterThan(8);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([
    ["no trades", sampleRecord({ trades: 0, days: 1, halts: false, gaps: false })],
    ["one trade", sampleRecord({ trades: 1, days: 2 })],
    ["no data at all", { ...sampleRecord({ trades: 0, days: 1, halts: false, gaps: false }), candles: [], equity: [] }],
  ])("stands with %s", async (_name, record) => {
    const { page, complaints } = await open(record);
    expect(await page.isVisible("text=All figures")).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("runs no script that a name carries, in tables and tooltips neither", async () => {
    const base = sampleRecord({ trades: 3, days: 3 });
    const { page, complaints } = await open({
      ...base,
      identity: { ...base.identity, name: HOSTILE },
      trades: base.trades.map((trade) => ({ ...trade, symbol: HOSTILE, exitReason: HOSTILE })),
      candles: base.candles.map((series) => ({ ...series, symbol: HOSTILE })),
      riskSpans: base.riskSpans.map((span) => ({ ...span, rule: HOSTILE })),
    });
    for (const chart of ["equity", "price", "breakdown-exitReason"]) {
      const box = page.locator(`[data-chart="${chart}"]`);
      await box.scrollIntoViewIfNeeded();
      await box.hover();
    }
    await expect.poll(() => page.innerText('[data-chart="breakdown-exitReason"]')).toContain(HOSTILE);
    expect(await page.locator("img").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("loads 22,000 trades and two years of candles in less than two seconds", async () => {
    const { page, complaints } = await open(sampleRecord({ trades: 22_000, days: 730 }));
    const loadMs = (): Promise<number> => page.evaluate<number>("performance.getEntriesByType('navigation')[0].duration");
    let bestMs = await loadMs();
    // Other processes share the cores: the best of three loads counts.
    for (let again = 0; again < 2 && bestMs >= LOAD_MS_MAX; again += 1) {
      await page.reload();
      await page.waitForSelector("html[data-ready]");
      bestMs = Math.min(bestMs, await loadMs());
    }
    expect(bestMs).toBeLessThan(LOAD_MS_MAX);
    for (const [name, seen] of Object.entries(await coloursOf(page))) expect(seen, name).toBeGreaterThan(8);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("prints on light paper", async () => {
    const { page } = await open(sampleRecord({ trades: 40, days: 90 }), { colorScheme: "dark" });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await page.evaluate<string>("document.documentElement.dataset.theme")).toBe("light");
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await page.evaluate<string>("document.documentElement.dataset.theme")).toBe("dark");
    expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(20_000);
    await page.close();
  });
});

/** Pixel of the page where a series of the price chart has a point. */
const markAt = (page: Page, series: string): Promise<{ readonly x: number; readonly y: number }> =>
  page.evaluate(`(() => {
    const box = document.querySelector('[data-chart="price"]');
    const chart = echarts.getInstanceByDom(box);
    const series = chart.getOption().series.find((one) => one.id === "${series}");
    const point = series.data[0].value ?? series.data[0];
    const [x, y] = chart.convertToPixel({ gridIndex: 0 }, [point[0], point[1]]);
    const { left, top } = box.getBoundingClientRect();
    return { x: left + x, y: top + y };
  })()`);
/** Colours in a row of pixels through the ribbon of regimes. */
const ribbonColours = (page: Page): Promise<readonly string[]> =>
  page.evaluate(`(() => {
    const canvas = document.querySelector('[data-chart="price"] canvas');
    const scale = canvas.width / canvas.clientWidth;
    const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, Math.round((canvas.clientHeight - 62 - 7) * scale), canvas.width, 1);
    const hex = (at) => "#" + [0, 1, 2].map((part) => data[at + part].toString(16).padStart(2, "0")).join("");
    return [...new Set(Array.from({ length: canvas.width }, (_, pixel) => hex(4 * pixel)))];
  })()`);
const regimePalette = (page: Page): Promise<readonly string[]> =>
  page.evaluate(
    `[0, 1, 2, 3, 4, 5, 6].map((state) => getComputedStyle(document.documentElement).getPropertyValue("--regime-" + state).trim())`,
  );

describe("layers in report.html", () => {
  const layered = withSampleLayers(sampleRecord({ trades: 300, days: 60 }));

  it("draws the ribbon in the seven colours, light and dark, and names the state under the pointer", async () => {
    const { page, complaints } = await open(layered);
    expect(await ribbonColours(page)).toEqual(expect.arrayContaining([...(await regimePalette(page))]));
    await page.click("[data-theme-button]");
    expect(await ribbonColours(page)).toEqual(expect.arrayContaining([...(await regimePalette(page))]));
    expect(await page.locator("[data-regime-key] li").count()).toBe(8);
    const series = layered.regimes![0]!;
    const trade = layered.trades[19]!;
    await page.click("[data-trades] tbody tr:nth-child(20)");
    const box = (await page.locator('[data-chart="price"]').boundingBox())!;
    const entry = await markAt(page, "picked");
    await page.mouse.move(entry.x, box.y + box.height - 69);
    await expect.poll(() => page.innerText('[data-chart="price"]')).toContain("Lasted");
    const names = [-1, ...layered.layers!.regimeStates.keys()].map((state) => layered.layers!.regimeStates[state] ?? "unknown");
    const expected = names[(series.state[series.toMs.findIndex((toMs) => toMs > trade.entryTimeMs)] ?? -1) + 1];
    expect(await page.innerText("[data-regime-readout]")).toBe(expected);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("says what each layer said when a row or a mark is clicked, and searches the features", async () => {
    const { page, complaints } = await open(layered);
    const panel = (): Promise<string> => page.innerText("[data-layer-panel]");
    expect(await panel()).toBe("No trade picked yet.");
    await page.click("[data-trades] tbody tr:nth-child(7)");
    const seventh = layered.trades[6]!;
    await expect.poll(panel).toContain(seventh.exitReason);
    const share = async (layer: string, row: number): Promise<number> =>
      parseFloat(await page.locator(`[data-layer="${layer}"] .meter .value`).nth(row).innerText()) / 100;
    const beliefs = seventh.beliefs!;
    for (const [state, probability] of beliefs.regime.entries()) expect(await share("L1", state)).toBeCloseTo(probability, 2);
    expect(await share("L2", 0)).toBeCloseTo(beliefs.pUp, 2);
    expect(await share("L3", 3)).toBeCloseTo(beliefs.signal.confidence, 2);
    const names = (): Promise<string[]> => page.locator(".feature-table th").allInnerTexts();
    const sizes = layered.layers!.features.map((name, index) => ({ name, size: Math.abs(beliefs.features[index] ?? NaN) }));
    const known = sizes.filter(({ size }) => !Number.isNaN(size)).sort((a, b) => b.size - a.size);
    expect(await names()).toHaveLength(known.length);
    expect((await names())[0]).toBe(known[0]?.name);
    await page.fill('input[aria-label="Search features"]', "RSI 45");
    expect(await names()).toEqual(["rsi_45"]);
    await page.click("[data-trades] tbody tr:nth-child(8)");
    await expect.poll(names).toEqual(["rsi_45"]);
    expect(await page.inputValue('input[aria-label="Search features"]')).toBe("RSI 45");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("says why a side was entered that L3 expected to lose", async () => {
    const losing = (trade: (typeof layered.trades)[number]): typeof trade => {
      const { beliefs } = trade;
      if (beliefs === undefined) return trade;
      const net = trade.side === "long" ? { netLong: -0.00112 } : { netShort: -0.00112 };
      return { ...trade, beliefs: { ...beliefs, signal: { ...beliefs.signal, ...net } } };
    };
    const trades = layered.trades.map((trade, index) => (index === 7 ? losing(trade) : trade));
    const { page } = await open({ ...layered, trades });
    const signal = (): Promise<string> => page.innerText('[data-layer="L3"]');
    await page.click("[data-trades] tbody tr:nth-child(7)");
    await expect.poll(signal).toContain("Expected net return");
    expect(await signal()).not.toContain("minNetReturn");
    await page.click("[data-trades] tbody tr:nth-child(8)");
    await expect.poll(signal).toMatch(/-0\.112|−0\.112/);
    expect(await signal()).toMatch(/expected a loss on the side that was entered.*position\.options\.minNetReturn/);
    await page.close();
  });

  it("opens the panel by a click on a mark alone", async () => {
    const { page, complaints } = await open(withSampleLayers(sampleRecord({ trades: 1, days: 2 })));
    await page.locator('[data-chart="price"]').scrollIntoViewIfNeeded();
    const mark = await markAt(page, "exits");
    await page.mouse.click(mark.x, mark.y);
    await expect.poll(() => page.innerText("[data-layer-panel]")).toContain("L2 Pattern");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("draws P&L by regime, pattern and confidence, and confidence against outcome", async () => {
    const { page, complaints } = await open(layered);
    const colours = await coloursOf(page);
    for (const name of ["breakdown-regime", "breakdown-pattern", "breakdown-confidence", "reliability"])
      expect(colours[name], name).toBeGreaterThan(8);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("says of which trades it keeps no features", async () => {
    const { page, complaints } = await open(withSampleLayers(sampleRecord({ trades: 2500 })));
    const rows = page.locator("[data-trades] tbody tr");
    const kept: boolean[] = [];
    for (let row = 0; row < 6; row += 1) {
      await rows.nth(row).click();
      kept.push(!(await page.innerText("[data-layer-panel]")).includes("keeps no feature values"));
    }
    expect(kept).toEqual([true, true, true, true, false, true]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("has no ribbon and no panel without layers, and still shows a picked trade", async () => {
    const { page, complaints } = await open(sampleRecord({ trades: 40, days: 30 }));
    expect(await page.locator("#layers, [data-regime-key], [data-regime-readout], [data-chart=reliability]").count()).toBe(0);
    await page.click("[data-trades] tbody tr:nth-child(3)");
    await expect.poll(() => note(page)).toMatch(/; \d trades?\.$/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([400, 1920])("needs no sideways scrolling at %i pixels with a trade picked", async (width) => {
    const { page } = await open(layered, { width });
    await page.click("[data-trades] tbody tr:nth-child(2)");
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(width);
    await page.close();
  });

  it("runs no script that a layer's name carries", async () => {
    const hostile = (names: readonly string[]): string[] => names.map(() => HOSTILE);
    const { regimeStates, embedding, features, featureUnits } = layered.layers!;
    const { page, complaints } = await open({
      ...layered,
      trades: layered.trades.map((trade) => ({ ...trade, regime: HOSTILE, pattern: HOSTILE })),
      layers: {
        regimeStates: hostile(regimeStates),
        embedding: hostile(embedding),
        features: hostile(features),
        featureUnits: hostile(featureUnits),
      },
    });
    await page.click("[data-trades] tbody tr:nth-child(9)");
    await expect.poll(() => page.innerText("[data-layer-panel]")).toContain(HOSTILE);
    const box = (await page.locator('[data-chart="price"]').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 69);
    await expect.poll(() => page.innerText('[data-chart="price"]')).toContain(HOSTILE);
    expect(await page.locator("img").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("loads 22,000 trades with layers in less than two seconds", async () => {
    const { page } = await open(withSampleLayers(sampleRecord({ trades: 22_000, days: 730 })));
    const loadMs = (): Promise<number> => page.evaluate<number>("performance.getEntriesByType('navigation')[0].duration");
    let bestMs = await loadMs();
    for (let again = 0; again < 2 && bestMs >= LOAD_MS_MAX; again += 1) {
      await page.reload();
      await page.waitForSelector("html[data-ready]");
      bestMs = Math.min(bestMs, await loadMs());
    }
    expect(bestMs).toBeLessThan(LOAD_MS_MAX);
    await page.close();
  });
});
