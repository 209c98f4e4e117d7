import { expect, test } from "vitest";
import type { Queue, Seat } from "../api/shapes";
import { directory } from "./directory";

const OWN = { pbx: "pbx1", agent_number: "1001" };

function seat(number: string, state: Seat["state"], more: Partial<Seat> = {}): Seat {
  return {
    pbx: "pbx1",
    interface: `PJSIP/${number}`,
    agent_number: number,
    agent_name: `A ${number}`,
    state,
    ...more,
  } as Seat;
}

const SEATS = {
  a: seat("1001", "talking"),
  b: seat("1010", "paused"),
  c: seat("1003", "ready"),
  d: seat("1002", "ready", { pbx: "pbx2" }),
  e: seat("", "ready", { interface: "PJSIP/9" }),
};
const QUEUES = { s: { pbx: "pbx1", queue: "support", label: "Support", waiting: 2, members: 1 } as Queue };

test("who is free comes first, oneself and other PBXs not at all", () => {
  expect(directory(SEATS, QUEUES, OWN, "", true).map((one) => one.id)).toEqual([
    "agent 1003",
    "queue support",
    "agent 1010",
  ]);
});

test("of an agent with two phones the one in use is meant, and oneself is nobody at either", () => {
  const browser = (number: string, state: Seat["state"]) =>
    seat(number, state, { interface: `PJSIP/${number}-browser` });
  const seats = { ...SEATS, f: browser("1010", "ready"), g: browser("1001", "signed_out") };
  const entries = directory(seats, QUEUES, OWN, "A 10", true);
  expect(entries.map((one) => [one.id, one.isFree])).toEqual([
    ["agent 1003", true],
    ["agent 1010", false],
  ]);
  const used = { ...seats, b: seat("1010", "signed_out") };
  expect(directory(used, QUEUES, OWN, "A 10", true).every((one) => one.isFree)).toBe(true);
});

test("a name or the beginning of a number finds", () => {
  expect(directory(SEATS, QUEUES, OWN, "sup", true).map((one) => one.id)).toEqual(["queue support"]);
  expect(directory(SEATS, QUEUES, OWN, "101", true).map((one) => one.id)).toEqual(["agent 1010", "number"]);
  expect(directory(SEATS, QUEUES, OWN, "1010", true).map((one) => one.id)).toEqual(["agent 1010"]);
});

test("a number outside is offered to whoever may dial it, as digits", () => {
  expect(directory(SEATS, QUEUES, OWN, " 13900139000 ", true).map((one) => one.whom)).toEqual([
    { number: "13900139000" },
  ]);
  expect(directory(SEATS, QUEUES, OWN, "13900139000", false)).toEqual([]);
  expect(directory(SEATS, QUEUES, OWN, "*70", true)).toEqual([]);
});
