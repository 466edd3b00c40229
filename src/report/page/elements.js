// @ts-check
/** Making the page's own elements; text is always text. */

/** A new element with a class and text, both left out when empty. @type {<K extends keyof HTMLElementTagNameMap>(tag: K, className?: string, text?: string) => HTMLElementTagNameMap[K]} */
export const element = (tag, className = "", text = "") => {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  if (text !== "") made.textContent = text;
  return made;
};
