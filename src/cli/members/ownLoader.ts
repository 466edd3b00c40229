/**
 * Whether `bin/loader.mjs` loads the modules of this process: then it tells what a module loads, and modules are guarded. Vitest has a
 * loader of its own; there a user's module is its own text, and the globals stay as they are.
 */
export const ownLoader = Object.hasOwn(globalThis, Symbol.for("riposte.loader"));
