import { describe, expect, it } from "vitest";
import type { OrderChange, OwnOrder } from "./ownOrder.ts";
import { hasFilled, statusAfter } from "./ownOrder.ts";

type Status = OwnOrder["status"];
const STATUSES: readonly Status[] = ["sent", "working", "partlyFilled", "cancelSent", "unknown", "ending", "done"];
const ALIVE = STATUSES.filter((status) => status !== "done" && status !== "ending");
const CHANGES: readonly OrderChange[] = ["accepted", "partFilled", "filled", "cancelAsked", "ended", "endedEarly", "undecided", "missed"];
const after = (...changes: readonly OrderChange[]): Status => changes.reduce<Status>(statusAfter, "sent");

describe("the state of an order", () => {
  it.each(CHANGES)("is done for good, also when the venue repeats: %s", (change) => {
    expect(statusAfter("done", change)).toBe("done");
  });
  it.each(ALIVE)("%s ends with the last fill, and when the venue is done with it", (status) => {
    expect(statusAfter(status, "filled")).toBe("done");
    expect(statusAfter(status, "ended")).toBe("done");
    expect(statusAfter(status, "cancelAsked")).toBe("cancelSent");
  });
  it("is what the venue confirms: the whole order, or a part of it filled", () => {
    expect(after("accepted")).toBe("working");
    expect(after("accepted", "accepted")).toBe("working");
    expect(after("partFilled")).toBe("partlyFilled");
    expect(after("accepted", "partFilled")).toBe("partlyFilled");
    expect(after("partFilled", "partFilled")).toBe("partlyFilled");
  });
  it("does not forget a part that filled when the acceptance comes behind it", () => {
    expect(after("partFilled", "accepted")).toBe("partlyFilled");
  });
  it("waits for the answer to a cancel, whatever else is told about the order", () => {
    expect(after("cancelAsked", "accepted")).toBe("cancelSent");
    expect(after("cancelAsked", "partFilled")).toBe("cancelSent");
    expect(after("cancelAsked", "cancelAsked")).toBe("cancelSent");
  });
  it("is unknown when an answer was lost, so that it may be canceled again", () => {
    expect(after("undecided")).toBe("unknown");
    expect(after("undecided", "undecided")).toBe("unknown");
    expect(after("cancelAsked", "undecided")).toBe("unknown");
    expect(after("cancelAsked", "undecided", "cancelAsked")).toBe("cancelSent");
  });
  it("is known again with the next word of the venue", () => {
    expect(after("undecided", "accepted")).toBe("working");
    expect(after("undecided", "partFilled")).toBe("partlyFilled");
  });
  it.each(CHANGES)("that ended before all its fills were told waits for the last of them: %s", (change) => {
    expect(statusAfter("ending", change)).toBe(change === "filled" ? "done" : "ending");
  });
  it.each(ALIVE)("%s is unknown when the venue's list of open orders lacks it, and ending when fills are still to come", (status) => {
    expect(statusAfter(status, "missed")).toBe("unknown");
    expect(statusAfter(status, "endedEarly")).toBe("ending");
  });
  it("stays known: a lost answer does not unsay what the venue has confirmed", () => {
    expect(after("accepted", "undecided")).toBe("working");
    expect(after("partFilled", "undecided")).toBe("partlyFilled");
  });
});

it("a part of an order has filled when less is left than was asked for", () => {
  const order = (remainingLots: number): OwnOrder => ({ qtyLots: 10, remainingLots }) as OwnOrder;
  expect([10, 9, 1, 0].map((lots) => hasFilled(order(lots)))).toEqual([false, true, true, true]);
});
