/**
 * The id of a run, and the name of its folder: `20230131T083000Z-name-1a2b3c4d`. Ids sort by time. `again` counts further runs that began in
 * the same second with the same name and config; the first is 1.
 */
export const runId = (startedMs: number, name: string, configSha256: string, again = 1): string => {
  const utc = `${new Date(startedMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  return `${utc}-${name}-${configSha256.slice(0, 8)}${again === 1 ? "" : `-${again}`}`;
};
