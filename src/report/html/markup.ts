/** HTML that is safe to insert as it is: only `html` and `trusted` make it. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Insertable = Markup | string | number | null | readonly Markup[];

/** A template whose inserted strings are escaped; markup and lists of markup pass, null is nothing. */
export const html = (parts: TemplateStringsArray, ...values: readonly Insertable[]): Markup =>
  new Markup(parts.reduce((text, part, index) => text + inserted(values[index - 1] ?? null) + part));

/** Text that is markup already: files of this repository, never anything from a run. */
export const trusted = (text: string): Markup => new Markup(text);

/** For text and quoted attributes. */
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A JSON document for a `<script type="application/json">`: no `<` is left that could end the element. */
export const scriptJson = (value: unknown): Markup => new Markup(JSON.stringify(value).replaceAll("<", "\\u003c"));

/** A script of ours or of a library as the body of a `<script>`: `</script` and `<!--` inside are broken up. */
export const scriptBody = (source: string): Markup => new Markup(source.replace(/<(?=\/script|!--)/gi, "\\x3c"));

const inserted = (value: Insertable): string => {
  if (value === null) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map((item) => item.text).join("");
  return escapeHtml(String(value));
};
