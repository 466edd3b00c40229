/** A record as JSON holds it: every number that it cannot hold is null, and what is undefined is left out. */
export const jsonObject = (record: object): unknown =>
  JSON.parse(JSON.stringify(record, (_key, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? null : value)));
