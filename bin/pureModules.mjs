/** Modules of Node that a user's module may import: functions of their arguments. */
const PURE = new Set("assert buffer events path punycode querystring string_decoder url util zlib".split(" "));

/** Whether `node:fs`, `fs` or `fs/promises` is one. */
export const isPure = (name) => PURE.has(name.replace(/^node:/, "").split("/")[0]);
