/** The machine's clock in ms, taken before a user's module can be loaded: from then on `performance.now` asks who calls it. */
export const nowMs = performance.now.bind(performance);
