import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleWalk, sampleWalkForward } from "./testing/sampleWalk.ts";
import { walkForwardPage } from "./walkForwardPage.ts";

let root = "";
let browser: Browser;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "riposte-walk-page-"));
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
  browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args });
});
afterAll(async () => {
  await browser.close();
  rmSync(root, { recursive: true, force: true });
});

describe("the page of a walk-forward", () => {
  it.each([["one symbol", ["BTCUSDT"]] as const, ["two symbols", ["BTCUSDT", "ETHUSDT"]] as const])(
    "draws its charts for %s, again in the other theme",
    async (name, symbols) => {
      const file = join(root, `${name}.html`);
      await writeFile(file, [...walkForwardPage(sampleWalkForward({ walk: sampleWalk({ symbols }) }))].join(""));
      const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
      const complaints: string[] = [];
      page.on("console", (message) => void (["error", "warning"].includes(message.type()) && complaints.push(message.text())));
      page.on("pageerror", (error) => void complaints.push(error.message));
      page.on("request", (request) => void (/^(?:file|data):/.test(request.url()) || complaints.push(request.url())));
      await page.goto(pathToFileURL(file).href);
      await page.waitForSelector("html[data-ready]");
      for (const chart of ["equity", "ic", "curve", "decay", "carries"]) {
        const box = page.locator(`[data-chart=walk-${chart}]`);
        const light = (await box.screenshot()).toString("base64");
        await page.locator("[data-theme-button]").click();
        expect((await box.screenshot()).toString("base64"), chart).not.toBe(light);
        // Something is drawn: some pixels of its canvas are not empty.
        const drawn = await box.locator("canvas").evaluate((canvas) => {
          const of = canvas as unknown as {
            width: number;
            height: number;
            getContext: (kind: "2d") => { getImageData: (...at: number[]) => { data: Uint8ClampedArray } };
          };
          return of
            .getContext("2d")
            .getImageData(0, 0, of.width, of.height)
            .data.some((value) => value !== 0);
        });
        expect(drawn, chart).toBe(true);
      }
      // No part of the page is wider than the window.
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );
});
