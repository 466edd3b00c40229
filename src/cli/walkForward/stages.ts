/** Seconds of each stage, in their order; every stage is said when it ends. */
export class Stages {
  readonly seconds: Record<string, number> = {};
  readonly #log: (line: string) => void;
  constructor(log: (line: string) => void) {
    this.#log = log;
  }
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await work();
    const seconds = (performance.now() - startedAt) / 1000;
    this.seconds[name] = seconds;
    this.#log(`${name}: ${seconds.toFixed(1)} s`);
    return result;
  }
}
