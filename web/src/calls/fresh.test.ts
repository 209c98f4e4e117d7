import { expect, test } from "vitest";
import type { Call } from "../api/shapes";
import { countNewer, filledIn, isAnyFresh } from "./fresh";

function call(call_id: string, fields: Partial<Call> = {}): Call {
  return {
    pbx: "main",
    call_id,
    direction: "inbound",
    number: "10086",
    caller_name: "",
    started_at: 0,
    answered_at: null,
    ended_at: 1000,
    queues: [],
    agents: [],
    outcome: "answered",
    wait_seconds: 3,
    talk_seconds: null,
    hold_seconds: null,
    has_recording: false,
    ...fields,
  };
}

test("a call is fresh for two minutes", () => {
  expect(isAnyFresh([call("1"), call("2", { ended_at: 500 })], 1119)).toBe(true);
  expect(isAnyFresh([call("1")], 1120)).toBe(false);
  expect(isAnyFresh([], 0)).toBe(false);
});

test("a shown call is filled in where it stands, and a new one waits to be asked for", () => {
  const parts = [
    { calls: [call("2"), call("1")], next: "a" },
    { calls: [call("0")], next: null },
  ];
  const newest = [call("3"), call("2", { talk_seconds: 40 })];
  const filled = filledIn(parts, newest);
  expect(filled.map((part) => part.calls.map(({ call_id, talk_seconds }) => [call_id, talk_seconds]))).toEqual([
    [
      ["2", 40],
      ["1", null],
    ],
    [["0", null]],
  ]);
  expect(filled.map((part) => part.next)).toEqual(["a", null]);
  expect(
    countNewer(
      parts.flatMap((part) => part.calls),
      newest,
    ),
  ).toBe(1);
});

test("the same call of another PBX is another call", () => {
  expect(countNewer([call("1")], [call("1", { pbx: "branch" })])).toBe(1);
});
