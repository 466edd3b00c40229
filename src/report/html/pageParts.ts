import { html } from "./markup.ts";
import type { Markup } from "./markup.ts";

/** The row above a page's title: what kind of page it is, and the switch between light and dark. */
export const pageTop = (kind: string): Markup => html`
  <div class="top-row">
    <p class="brand">Riposte <span>${kind}</span></p>
    <button type="button" class="theme-button" data-theme-button aria-label="Switch between light and dark">◐</button>
  </div>
`;

/** Loud words where the prices are not real. */
export const simulatedBanner = ({ simulated, dataSource }: { readonly simulated: boolean; readonly dataSource: string }): Markup | null =>
  simulated
    ? html`<p class="banner" role="note">
        <strong>Simulated market, not real prices.</strong> Nothing here says anything about a real market. Source: ${dataSource}.
      </p>`
    : null;

/** A table of names and long values, which wrap. */
export const factTable = (facts: readonly (readonly [name: string, value: string])[]): Markup => html`
  <div class="table-box">
    <table>
      <tbody>
        ${facts.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="wrap"><code>${value}</code></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>
`;
