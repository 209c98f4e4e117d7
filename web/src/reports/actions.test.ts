import { expect, test } from "vitest";
import { lineOf, patternsByAction, timeByKind } from "./actions";
import type { Action, ActionKind, Pattern } from "./shapes";

const NINE = 1_764_032_400;

function action(id: string, kind: ActionKind, minute: number, minutes: number): Action {
  const since = NINE + minute * 60;
  const seconds = minutes * 60;
  return {
    id,
    kind,
    since,
    until: since + seconds,
    seconds,
    pbx: "pbx1",
    interface: "PJSIP/1001",
    reason: "",
    outcome: "",
    queue: "",
    number: "",
    call_id: null,
    hold_seconds: 0,
    goes_on: false,
    is_callback: false,
    is_certain: true,
  };
}

const pattern = (rule: string, actions: string[]): Pattern => ({
  rule,
  actions,
  count: actions.length,
  limit: 3,
  since: NINE,
  until: NINE + 600,
});

const DAY = [
  action("a", "signed_in", 5, 0),
  action("b", "ready", 5, 10),
  action("c", "pause", 15, 1),
  action("d", "ready", 16, 30),
  action("e", "talk", 46, 20),
];

test("a line goes from the full hour before to the full hour after", () => {
  const line = lineOf(DAY, [pattern("short_pauses", ["c"])]);
  expect(line).toMatchObject({ from: NINE, until: NINE + 7200 });
  expect(line?.hours.map(({ left }) => left)).toEqual([0, 50, 100]);
  expect(line?.placed.map(({ action: { id }, isMarked }) => [id, isMarked])).toEqual([
    ["b", false],
    ["c", true],
    ["d", false],
    ["e", false],
  ]);
  expect(line?.placed[0]?.left).toBeCloseTo((5 / 120) * 100);
  expect(line?.placed[0]?.width).toBeCloseTo((10 / 120) * 100);
});

test("a day without actions has no line", () => {
  expect(lineOf([], [])).toBeNull();
});

test("an action may belong to several patterns", () => {
  const found = patternsByAction([pattern("short_pauses", ["c"]), pattern("rejects_calls", ["c", "d"])]);
  expect(found.get("c")?.map(({ rule }) => rule)).toEqual(["short_pauses", "rejects_calls"]);
  expect(found.get("e")).toBeUndefined();
});

test("time by kind leaves out what has no length", () => {
  expect(timeByKind(DAY)).toEqual([
    ["ready", 2400],
    ["talk", 1200],
    ["pause", 60],
  ]);
});
