import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sweepPage } from "./sweepPage.ts";
import { sampleSweep } from "./testing/sampleSweep.ts";

const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-sync",
];

let root = "";
let browser: Browser;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "riposte-sweep-page-"));
  browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ARGS });
});
afterAll(async () => {
  await browser.close();
  rmSync(root, { recursive: true, force: true });
});

const opened = async (keys: number, width = 1200): Promise<{ page: Page; complaints: string[] }> => {
  const file = join(root, `${keys}.html`);
  await writeFile(file, [...sweepPage(sampleSweep(keys))].join(""));
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const complaints: string[] = [];
  page.on("console", (message) => void (["error", "warning"].includes(message.type()) && complaints.push(message.text())));
  page.on("pageerror", (error) => void complaints.push(error.message));
  page.on(
    "request",
    (request) => void (request.url().startsWith("file:") || request.url().startsWith("data:") || complaints.push(request.url())),
  );
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("html[data-ready]");
  return { page, complaints };
};

const column = (page: Page, at: number): Promise<string[]> =>
  page.locator(`[data-sweep-table] tbody tr td:nth-child(${at})`).allTextContents();

describe("the page of a sweep", () => {
  it("draws the map and redraws it for other keys, figures and themes", async () => {
    const { page, complaints } = await opened(3);
    const picture = async (): Promise<string> => (await page.locator("[data-chart=heat]").screenshot()).toString("base64");
    const seen = [await picture()];
    for (const [name, value] of [
      ["figure", "3"],
      ["y", "2"],
      ["join", "1"],
      ["x", "2"],
    ] as const) {
      await page.selectOption(`[data-map=${name}]`, value);
      seen.push(await picture());
    }
    await page.click("[data-theme-button]");
    seen.push(await picture());
    expect(new Set(seen).size).toBe(seen.length);
    expect(await page.textContent("[data-map-note]")).toMatch(/^Trades: the best of up to 9 runs a cell\.$/);
    expect(complaints).toEqual([]);
  });

  it("sorts by numbers, keys by their place in the list, and what is no number last both ways", async () => {
    const { page, complaints } = await opened(1);
    await page.click("[data-sort=key-0]");
    expect(await column(page, 1)).toEqual(["10", "2", "1"]);
    await page.click("[data-sort=key-0]");
    expect(await column(page, 1)).toEqual(["1", "2", "10"]);
    for (let twice = 0; twice < 2; twice += 1) {
      await page.click("[data-sort=figure-0]");
      expect((await column(page, 2)).at(-1)).toBe("–");
    }
    expect(await page.getAttribute("th:has([data-sort=figure-0])", "aria-sort")).toBe("ascending");
    expect(complaints).toEqual([]);
  });

  it("fits a phone", async () => {
    const { page } = await opened(2, 390);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  });
});
