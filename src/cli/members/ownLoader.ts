/**
 * Whether `bin/loader.mjs` loads the modules of this process. If so it records what a module loads, and modules are guarded. Vitest has its
 * own loader: there the hash of a user's module covers its own text only, and the globals stay as they are.
 */
export const ownLoader = Object.hasOwn(globalThis, Symbol.for("riposte.loader"));
