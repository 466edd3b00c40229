import { chartLibrary, pageScript, pageStyle } from "./assets.ts";
import type { Markup } from "./markup.ts";
import { html, scriptBody, scriptJson, trusted } from "./markup.ts";

/** Nothing may be fetched, embedded or sent: the page is this file alone. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A blue rising line on nothing, as the tab's icon. */
const PAGE_ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 13 6 7l3 3 6-8' fill='none' stroke='%232b62a8' stroke-width='2'/%3E%3C/svg%3E";

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
