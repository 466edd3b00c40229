import type { YearTarget } from "../../record/runRecord.ts";
import { targetYears } from "../figures/targetYears.ts";
import { html } from "./markup.ts";
import type { Markup } from "./markup.ts";

/** Figures of each calendar year beside the targets of `report.targets`: met or not, without comment. */
export const targetSection = (targets: readonly YearTarget[]): Markup => {
  const years = targetYears(targets);
  return html`
    <section class="card wide" id="targets">
      <h2>Targets by year</h2>
      <p class="note">UTC years, each measured as a run of its own.</p>
      ${years.length === 0 ? html`<p class="empty">The run has no bar.</p>` : null}
      <div class="table-box" ${years.length === 0 ? html`hidden` : null}>
        <table class="targets">
          <thead>
            <tr>
              <th scope="col">Year</th>
              ${years[0]?.figures.map(({ name, target }) => html`<th scope="col" class="number">${name.replace(/^./, (first) => first.toUpperCase())} ${target}</th>`) ?? null}
            </tr>
          </thead>
          <tbody>
            ${years.map(
              ({ year, figures }) =>
                html`<tr>
                  <th scope="row">${year}</th>
                  ${figures.map(({ measured, met }) => html`<td class="number">${measured} <span class="note">${met}</span></td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>
  `;
};
