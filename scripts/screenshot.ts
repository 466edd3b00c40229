/**
 * Takes a picture of a report: `npx tsx scripts/screenshot.ts report.html picture.png [--width 1440] [--height 0] [--dark] [--scale 1]
 * [--click SELECTOR] [--at SELECTOR]`. Height 0 is the whole page; `--click` clicks first, `--at` begins the picture at an element. Chromium is found by CHROMIUM, else at /usr/bin/chromium.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

/** Switches of a Chromium that draws offline, without a display, and calls nobody. */
const CHROMIUM_ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: "string", default: "1440" },
    height: { type: "string", default: "0" },
    scale: { type: "string", default: "1" },
    dark: { type: "boolean", default: false },
    click: { type: "string" },
    at: { type: "string" },
  },
});
const [page, picture] = positionals;
if (page === undefined || picture === undefined) {
  console.error(
    "usage: npx tsx scripts/screenshot.ts report.html picture.png [--width 1440] [--height 0] [--dark] [--scale 1] [--click SELECTOR] [--at SELECTOR]",
  );
  process.exit(2);
}
const height = Number(values.height);
const browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: CHROMIUM_ARGS });
try {
  const tab = await browser.newPage({
    viewport: { width: Number(values.width), height: height > 0 ? height : 900 },
    deviceScaleFactor: Number(values.scale),
    colorScheme: values.dark ? "dark" : "light",
  });
  await tab.goto(pathToFileURL(resolve(page)).href);
  await tab.waitForSelector("html[data-ready]");
  if (values.click !== undefined) await tab.click(values.click);
  if (values.at !== undefined) await tab.evaluate(`document.querySelector(${JSON.stringify(values.at)}).scrollIntoView()`);
  // The charts are drawn in frames of their own.
  await tab.waitForTimeout(500);
  await tab.screenshot({ path: picture, fullPage: height <= 0 });
} finally {
  await browser.close();
}
