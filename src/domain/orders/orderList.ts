/** Something known by the client order id of its order. */
interface Ordered {
  readonly orderId: string;
}

// Plain loops: a closure, or the array that `splice` makes of what it takes out, costs more than these short lists are long.

/** Where the order is in a list; −1: nowhere. */
export const indexOfOrder = (list: readonly Ordered[], orderId: string): number => {
  for (let i = 0; i < list.length; i += 1) if ((list[i] as Ordered).orderId === orderId) return i;
  return -1;
};

/** Takes out the element at `at`, which must be one of the list's; the others keep their order. */
export const removeAt = <T>(list: T[], at: number): void => {
  for (let i = at + 1; i < list.length; i += 1) list[i - 1] = list[i] as T;
  list.pop();
};
