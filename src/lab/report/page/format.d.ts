/** Types of `format.js` for the server side; the page itself is checked by `page/tsconfig.json`. */
export const NONE: string;
export const MINUTE_MS: number;
export const HOUR_MS: number;
export const DAY_MS: number;
export const MONTHS: readonly string[];
export const decimal: (value: number, decimals?: number) => string;
export const signed: (value: number, decimals?: number) => string;
export const percent: (fraction: number, decimals?: number) => string;
export const signedPercent: (fraction: number, decimals?: number) => string;
export const count: (value: number) => string;
export const counted: (value: number, one: string, many?: string) => string;
export const exact: (value: number) => string;
export const utcDay: (timeMs: number) => string;
export const utcTime: (timeMs: number) => string;
export const utcClock: (timeMs: number) => string;
export const shortIso: (text: string) => string;
export const duration: (spanMs: number) => string;
export const ruleValue: (rule: string, value: number) => string;
