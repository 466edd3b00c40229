import type { PackedColumn } from "./pageData.js";

/** Types of `columns.js` for tests on the server side. */
export const unpack: (column: PackedColumn) => Float64Array;
export const lowerBound: (values: ArrayLike<number>, wanted: number) => number;
