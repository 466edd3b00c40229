/** How a value is written: one byte, then what it needs. */
export const Tag = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** A whole number of 32 bits, zigzag. */
  integer: 4,
  float64: 5,
  text: 6,
  bigint: 7,
  /** An object of the graph, by its number. */
  object: 8,
  /** A part of the wiring, by its place. */
  part: 9,
  /** A place of an array without a value. */
  hole: 10,
  /** A property that a getter computes: the fresh object has it. */
  getter: 11,
} as const;

/** Of a class: by its place among the fresh instances' prototypes, by its name, or by the place of the class itself in the wiring. */
export const ClassTag = { fresh: 0, named: 1, part: 2 } as const;

export const SORTS = ["object", "bare", "array", "map", "set", "buffer", "view", "instance", "shown"] as const;
