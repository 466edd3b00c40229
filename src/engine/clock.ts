/** The machine's clock in ms, taken before a user's module is loaded: after that a guard of `performance.now` checks its caller. */
export const nowMs = performance.now.bind(performance);
