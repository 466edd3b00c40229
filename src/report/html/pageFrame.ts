import { chartLibrary, pageScript, pageStyle } from "./assets.ts";
import type { Markup } from "./markup.ts";
import { html, scriptBody, scriptJson, trusted } from "./markup.ts";
import { PAGE_ICON, PAGE_POLICY } from "./reportPage.ts";

interface PageFrame {
  readonly title: string;
  readonly main: Markup;
  /** What is missing without scripts. */
  readonly needsScripts: string;
  /** Id of the element that holds `data`, and what the page's script draws from. */
  readonly dataId: string;
  readonly data: unknown;
  readonly modules: readonly string[];
  readonly styles: readonly string[];
}

/** A page in pieces: one file with style, data and scripts inside that asks the network for nothing; 1.2 MB and its data. */
export function* framedPage({ title, main, needsScripts, dataId, data, modules, styles }: PageFrame): Generator<string> {
  yield html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(PAGE_POLICY)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="${trusted(PAGE_ICON)}" />
        <script>document.documentElement.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";</script>
        <style>${trusted(pageStyle(styles))}</style>
      </head>
      <body>
        <main>${main}</main>
        <footer>Riposte · all times UTC · a backtest is not a promise</footer>
        <noscript><p class="banner">${needsScripts} need scripts, which this browser has switched off.</p></noscript>
        <script type="application/json" id="${dataId}">${scriptJson(data)}</script>
        <script>`.text;
  yield scriptBody(chartLibrary()).text;
  yield "</script>\n<script>";
  yield scriptBody(pageScript(modules)).text;
  yield "</script>\n</body>\n</html>\n";
}
