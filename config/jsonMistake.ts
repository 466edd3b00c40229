/**
 * Where a text stops being JSON (RFC 8259), as an offset; undefined: it is JSON. V8 says it for some mistakes only, and on Node 20 for
 * fewer than later.
 */
export const jsonMistakeAt = (text: string): number | undefined => {
  let at = 0;
  /** Thrown with `at` where the mistake is. */
  const mistake = new Error("no JSON");
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  };
  const space = (): void => {
    take(/[ \t\n\r]*/y);
  };
  const expect = (token: string): void => {
    for (const letter of token) {
      if (text[at] !== letter) throw mistake;
      at += 1;
    }
  };
  const string = (): void => {
    expect('"');
    take(/(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y);
    expect('"');
  };
  const list = (close: string, item: () => void): void => {
    at += 1;
    space();
    if (text[at] === close) {
      at += 1;
      return;
    }
    for (;;) {
      item();
      space();
      if (text[at] !== ",") break;
      at += 1;
      space();
    }
    expect(close);
  };
  const value = (): void => {
    space();
    const first = text[at];
    if (first === "{")
      list("}", () => {
        string();
        space();
        expect(":");
        value();
      });
    else if (first === "[") list("]", value);
    else if (first === '"') string();
    else if (first === "t") expect("true");
    else if (first === "f") expect("false");
    else if (first === "n") expect("null");
    else if (take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y) === "") throw mistake;
  };
  try {
    value();
    space();
    return at < text.length ? at : undefined;
  } catch (error) {
    if (error === mistake) return at;
    throw error;
  }
};
