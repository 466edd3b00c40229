/** Times above this are microseconds: spot files since 2025. */
const MICROSECONDS_FROM = 1e13;

/** A time of an archive file in ms. */
export const archiveMs = (time: number): number => (time > MICROSECONDS_FROM ? Math.floor(time / 1000) : time);
