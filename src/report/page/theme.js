// @ts-check
/** Light and dark: the colours live in `theme.css`, charts read them from there. */

/** @typedef {ReturnType<typeof readPalette>} Palette */

/** The current colours, by the names in `theme.css`. */
export const readPalette = () => {
  const style = getComputedStyle(document.documentElement);
  /** @type {(name: string) => string} */
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    card: colour("card"),
    ink: colour("ink"),
    soft: colour("soft"),
    faint: colour("faint"),
    line: colour("line"),
    hover: colour("hover"),
    profit: colour("profit"),
    loss: colour("loss"),
    strategy: colour("strategy"),
    benchmark: colour("benchmark"),
    candleUp: colour("candle-up"),
    candleDown: colour("candle-down"),
    long: colour("long"),
    short: colour("short"),
    stop: colour("stop"),
    reducing: colour("reducing"),
    halted: colour("halted"),
    gap: colour("gap"),
    /** By L1 state. */
    regimes: [0, 1, 2, 3, 4, 5, 6].map((state) => colour(`regime-${state}`)),
  };
};

/** Follows the system's choice until the reader makes one; paper is always light. `redraw` runs after every change.
 * @type {(redraw: () => void) => void} */
export const followTheme = (redraw) => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  /** @type {(theme: string) => void} */
  const apply = (theme) => {
    if (root.dataset["theme"] === theme) return;
    root.dataset["theme"] = theme;
    redraw();
  };
  let chosen = "";
  const wanted = () => chosen || (dark.matches ? "dark" : "light");
  dark.addEventListener("change", () => apply(wanted()));
  document.querySelector("[data-theme-button]")?.addEventListener("click", () => {
    chosen = wanted() === "dark" ? "light" : "dark";
    apply(chosen);
  });
  addEventListener("beforeprint", () => apply("light"));
  addEventListener("afterprint", () => apply(wanted()));
};
