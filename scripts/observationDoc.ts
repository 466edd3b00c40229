/** Writes docs/observation.md, the table of what L4 sees, from `models/position/observation.ts`: `npx tsx scripts/observationDoc.ts`. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { OBSERVATION_COLUMNS } from "../models/position/observation.ts";

/** Hash of the table (names, units, formulas, order): policies name the one that they were trained on. */
export const observationSha256 = (): string => createHash("sha256").update(JSON.stringify(OBSERVATION_COLUMNS)).digest("hex");

/** The page. */
export const observationDoc = (): string => `# What L4 sees

One table for the shipped position manager, for the environment in which policies are trained and for those that serve
([models/position/observation.ts](../models/position/observation.ts)); this page is generated from it (\`npx tsx scripts/observationDoc.ts\`).

- ${OBSERVATION_COLUMNS.length} numbers, float64 or float32, in this order. Every one is finite: what is not known is 0, and the flag of its group says so.
- *s* is the distance of an entry's stop as a fraction of its price (\`position.options.stopFraction\`): one *stop* is what a trade risks.
- *close* is the decision bar's; it has closed, and the observation is what can be known at that moment.
- Schema sha256: \`${observationSha256()}\`. It changes when a name, unit, formula or place does; a policy is good for the one that it was trained on.

| # | name | unit | formula |
| --- | --- | --- | --- |
${OBSERVATION_COLUMNS.map(({ name, unit, formula }, i) => `| ${i} | \`${name}\` | ${unit} | ${formula.replaceAll("|", "\\|")} |`).join("\n")}
`;

const [, started] = process.argv;
if (started === fileURLToPath(import.meta.url)) writeFileSync(new URL("../docs/observation.md", import.meta.url), observationDoc());
