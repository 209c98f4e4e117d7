import { describe, expect, test } from "vitest";
import type { Seat } from "../api/shapes";
import { chooseSeats, countStates, meetsTarget, oddDevice, readFilter, urgency, writeFilter } from "./filters";

function seat(fields: Partial<Seat>): Seat {
  return {
    pbx: "p",
    interface: "PJSIP/1",
    desk: "",
    desk_label: "",
    agent_number: "1",
    agent_name: "",
    team: "",
    state: "ready",
    reason: "",
    since: 0,
    call_id: null,
    number: "",
    queue: "",
    direction: null,
    device: "not_in_use",
    is_paused: false,
    pause_pending: false,
    queues: [],
    penalties: {},
    wrap_up_until: null,
    is_wrap_up_extended: false,
    wrap_up_call_id: null,
    is_recorded: false,
    recording_paused_since: null,
    help_since: null,
    help_by: "",
    consulting: "",
    consult_answered: false,
    ...fields,
  };
}

const SEATS = {
  a: seat({ agent_number: "1002", agent_name: "Li Wei", team: "Blue", queues: ["sales"], since: 30 }),
  b: seat({
    agent_number: "999",
    agent_name: "陈静",
    team: "Blue",
    queues: ["sales", "claims"],
    state: "talking",
    since: 10,
  }),
  c: seat({ agent_number: "1001", agent_name: "Anna", team: "Green", queues: ["claims"], state: "paused", since: 20 }),
};
const ALL = readFilter(new URLSearchParams());
const chosen = (fields: Partial<typeof ALL>) => chooseSeats(SEATS, { ...ALL, ...fields });

describe("which seats", () => {
  test.each([
    ["all, by number as a number", {}, ["b", "c", "a"]],
    ["by name", { sort: "name" as const }, ["b", "c", "a"]],
    ["the longest in its state first", { sort: "longest" as const }, ["b", "c", "a"]],
    ["of a queue", { queue: "p/claims" }, ["b", "c"]],
    ["of a queue of that name elsewhere", { queue: "other/claims" }, []],
    ["of a team", { team: "Blue" }, ["b", "a"]],
    ["in these states", { states: ["ready", "paused"] as ("ready" | "paused")[] }, ["c", "a"]],
    ["by part of a name, whatever its case", { name: " li w" }, ["a"]],
    ["by number", { name: "999" }, ["b"]],
    ["queue and team together", { queue: "p/claims", team: "Green" }, ["c"]],
  ])("%s", (_name, fields, expected) => {
    expect(new Set(chosen(fields))).toEqual(new Set(expected));
    if (!("sort" in fields && fields.sort === "name")) expect(chosen(fields)).toEqual(expected);
  });

  test("counts by state leave the chosen state aside, so that another can be chosen", () => {
    expect(countStates(SEATS, { ...ALL, team: "Blue", states: ["paused"] })).toEqual({ ready: 1, talking: 1 });
  });
});

test("a filter survives the address", () => {
  const filter = {
    ...ALL,
    queue: "p/sales",
    team: "Blue",
    states: ["paused" as const],
    name: "李",
    sort: "longest" as const,
    columns: "all" as const,
  };
  expect(readFilter(new URLSearchParams(writeFilter(filter).toString()))).toEqual(filter);
});

test("an address with nonsense is read as no filter", () => {
  expect(readFilter(new URLSearchParams("state=x,y&sort=up&density=1&columns=2"))).toEqual(ALL);
});

test.each([
  ["ready", "not_in_use", null],
  ["ready", "unavailable", "unavailable"],
  ["paused", "in_use", "in_use"],
  ["talking", "in_use", null],
  ["signed_out", "unavailable", null],
  ["ready", "unknown", null],
] as const)("%s with a phone that is %s", (state, device, expected) => {
  expect(oddDevice(seat({ state, device }))).toBe(expected);
});

test.each([
  [0, "calm"],
  [9.9, "calm"],
  [10, "soon"],
  [14.9, "soon"],
  [15, "over"],
] as const)("waiting %f s at a threshold of 15 s is %s", (wait, expected) => {
  expect(urgency(wait, 15)).toBe(expected);
});

test("a target is met on its own side", () => {
  expect(meetsTarget("up", 0.85, 0.85)).toBe(true);
  expect(meetsTarget("up", 0.84, 0.85)).toBe(false);
  expect(meetsTarget("down", 15, 15)).toBe(true);
  expect(meetsTarget("down", 16, 15)).toBe(false);
});

test("a desk phone at which nobody sits is shown and not counted", () => {
  const seats = { free: seat({ desk: "801", agent_number: "" }), used: seat({ desk: "802", agent_name: "Anna" }) };
  expect(countStates(seats, readFilter(new URLSearchParams()))).toEqual({ [seats.used.state]: 1 });
  expect(chooseSeats(seats, readFilter(new URLSearchParams()))).toHaveLength(2);
});
