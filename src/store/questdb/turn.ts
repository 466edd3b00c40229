/**
 * One after the other: the server serves two exports at a time (`http.export.connection.limit`) and answers 429 to more, so
 * each store has one on its way.
 */
export class Turn {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined); // who asked has the error
    return done;
  }
}
