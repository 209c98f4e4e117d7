import { expect, test } from "vitest";
import { type PauseReason, SEAT_STATES, type Seat, type Visit } from "../api/shapes";
import { callerOf, favicon, limitOf, ownSeat } from "./desk";

const seat = (agent_number: string, state: Seat["state"]) => ({ agent_number, state }) as Seat;

test("of two phones of one agent the one in use is shown", () => {
  const seats = { a: seat("1001", "signed_out"), b: seat("1001", "ready"), c: seat("1002", "talking") };
  expect(ownSeat(seats, "1001")).toBe("b");
  expect(ownSeat({ a: seats.a, c: seats.c }, "1001")).toBe("a");
  expect(ownSeat(seats, "1003")).toBeNull();
  expect(ownSeat(seats, "1001", (id) => id === "a")).toBe("b");
  const unused = { a: seats.a, d: seats.a };
  expect(ownSeat(unused, "1001", (id) => id === "d")).toBe("d");
  expect(ownSeat(unused, "1001", () => false)).toBe("a");
  expect(ownSeat({ nobodys: seat("", "ready") }, "1001")).toBeNull();
});

test("a limit is that of the reason which is on", () => {
  const reasons = [
    { code: "meal", limit_seconds: 3600 },
    { code: "paperwork", limit_seconds: 0 },
  ] as PauseReason[];
  const still = { since: 100, wrap_up_until: null };
  expect(limitOf({ ...still, state: "paused", reason: "meal" }, reasons)).toBe(3600);
  expect(limitOf({ ...still, state: "paused", reason: "paperwork" }, reasons)).toBeNull();
  expect(limitOf({ ...still, state: "ready", reason: "" }, reasons)).toBeNull();
  const wrapUp = { state: "wrap_up", reason: "", since: 100 } as const;
  expect(limitOf({ ...wrapUp, wrap_up_until: 159.7 }, reasons)).toBe(60);
  expect(limitOf({ ...wrapUp, wrap_up_until: null }, reasons)).toBeNull();
});

test("the caller is found by his call, at the same PBX", () => {
  const visits = { v: { pbx: "pbx1", call_id: "1.0", caller_name: "Bob" } as Visit };
  expect(callerOf(visits, { pbx: "pbx1", call_id: "1.0" })?.caller_name).toBe("Bob");
  expect(callerOf(visits, { pbx: "pbx2", call_id: "1.0" })).toBeNull();
  expect(callerOf(visits, { pbx: "pbx1", call_id: null })).toBeNull();
});

test("each state has a mark of its own", () => {
  expect(new Set(SEAT_STATES.map(favicon)).size).toBe(SEAT_STATES.length);
});
