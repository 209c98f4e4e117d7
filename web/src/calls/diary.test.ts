import { expect, test } from "vitest";
import type { CallDetail, Conversation, QueueVisit, Ring } from "../api/shapes";
import { axisOf, diary, isStillComing, lanes } from "./diary";

const LI = { agent_number: "1001", agent_name: "Li Wei", interface: "PJSIP/1001" };
const ANNA = { agent_number: "1002", agent_name: "", interface: "PJSIP/1002" };

const visit = {
  channel_id: "c",
  queue: "sales",
  join: 1,
  joined_at: 102,
  ended_at: 120,
  outcome: "answered",
  position: 2,
};
const rings = [
  { ring_id: "r1", channel_id: "c", ...ANNA, began_at: 103, ended_at: 110, outcome: "not_answered" },
  { ring_id: "r2", channel_id: "c", ...LI, began_at: 112, ended_at: 120, outcome: "answered" },
];
const talk = {
  leg_id: "l",
  part: 1,
  ...LI,
  began_at: 120,
  ended_at: 180,
  completed_at: 195,
  hold_seconds: 10,
  wrap_up_seconds: 15,
  ended_by: "caller",
};
const detail = {
  call: { pbx: "p", call_id: "c", started_at: 100, ended_at: 180 },
  visits: [visit] as unknown as QueueVisit[],
  rings: rings as unknown as Ring[],
  conversations: [talk] as unknown as Conversation[],
  holds: [],
  surveys: [],
  recordings: [{ id: 4, began_at: 120, duration_seconds: 60 }],
} as unknown as CallDetail;

test("the diary of a call tells its moments in their order", () => {
  expect(diary(detail).map((moment) => [moment.at, moment.kind, moment.agent, moment.result])).toEqual([
    [100, "began", "", ""],
    [102, "joined", "", ""],
    [103, "ring_began", "1002", ""],
    [110, "ring_ended", "1002", "not_answered"],
    [112, "ring_began", "Li Wei", ""],
    [120, "ring_ended", "Li Wei", "answered"],
    [120, "left", "", "answered"],
    [120, "talk_began", "Li Wei", ""],
    [180, "talk_ended", "Li Wei", "caller"],
    [180, "ended", "", ""],
    [195, "wrapped_up", "Li Wei", ""],
  ]);
});

test("the survey after the call stands in the diary, with the digit or without one", () => {
  const asked = { queue: "sales", ...LI, asked_at: 181, ended_at: 185, is_certain: true };
  const kinds = (score: number) =>
    diary({ ...detail, surveys: [{ ...asked, score }] } as unknown as CallDetail)
      .filter((moment) => moment.kind.startsWith("survey"))
      .map((moment) => [moment.at, moment.kind, moment.result]);
  expect(kinds(4)).toEqual([
    [181, "survey_asked", ""],
    [185, "survey_answered", "4"],
  ]);
  expect(kinds(0)).toEqual([[181, "survey_asked", ""]]);
});

test("one lane for the caller, one for each agent, one for a recording; segments to scale", () => {
  const drawn = lanes(detail).map((lane) => [
    lane.kind,
    lane.name,
    lane.segments.map((segment) => [segment.kind, segment.from, segment.until]),
  ]);
  expect(drawn).toEqual([
    ["caller", "", [["wait", 102, 120]]],
    ["agent", "1002", [["ring", 103, 110]]],
    [
      "agent",
      "Li Wei",
      [
        ["ring", 112, 120],
        ["talk", 120, 170],
        ["hold", 170, 180],
        ["wrap_up", 180, 195],
      ],
    ],
    ["recording", "", [["recording", 120, 180]]],
  ]);
});

test("a hold stands where it was, and cuts the talk", () => {
  const holds = [
    { leg_id: "l", part: 1, began_at: 130, ended_at: 134 },
    { leg_id: "l", part: 2, began_at: 140, ended_at: 150 },
    { leg_id: "l", part: 1, began_at: 174, ended_at: 181 },
  ];
  const [, , li] = lanes({ ...detail, holds } as unknown as CallDetail);
  expect(li?.segments.slice(1).map((one) => [one.kind, one.from, one.until, one.result])).toEqual([
    ["talk", 120, 130, ""],
    ["hold", 130, 134, ""],
    ["talk", 134, 174, "caller"],
    ["hold", 174, 180, ""],
    ["wrap_up", 180, 195, ""],
  ]);
});

test("the axis holds the wrap-up, which is longer than the call, in a readable number of ticks", () => {
  const axis = axisOf(detail);
  expect([axis.from, axis.until]).toEqual([100, 195]);
  expect(axis.ticks).toEqual([0, 15, 30, 45, 60, 75, 90]);
});

test("a call of which nothing but its record is known still has an axis", () => {
  const bare = { ...detail, visits: [], rings: [], conversations: [], recordings: [] };
  const call = { ...bare.call, ended_at: bare.call.started_at };
  expect(axisOf({ ...bare, call })).toEqual({ from: 100, until: 101, ticks: [0, 1] });
  expect(lanes(bare)).toEqual([]);
});

test("a call that was answered is looked at again until its conversation and its recording are there", () => {
  const answered = { ...detail, call: { ...detail.call, outcome: "answered" } };
  const writing = { ...answered, recordings: [{ ...detail.recordings[0], state: "writing" }] } as CallDetail;
  expect(isStillComing(answered, 190)).toBe(false);
  expect(isStillComing({ ...answered, conversations: [] }, 190)).toBe(true);
  expect(isStillComing({ ...answered, conversations: [] }, 10_000)).toBe(false);
  expect(isStillComing(writing, 190)).toBe(true);
});
