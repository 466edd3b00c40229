/** Runs jobs, `width` at a time, and returns their results in the order of the jobs. The first failure rejects; those at work go on. */
export const inParallel = async <T>(width: number, jobs: readonly (() => Promise<T>)[]): Promise<T[]> => {
  const results: T[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < jobs.length; at = next++) results[at] = await (jobs[at] as () => Promise<T>)();
  };
  await Promise.all(Array.from({ length: Math.min(width, jobs.length) }, work));
  return results;
};
