/** Work one after the other, whatever becomes of what was before. */
export class Turn {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined); // who asked has the error
    return done;
  }
}
