import { expect, test } from "vitest";
import { busyPart, shortOf, usualWeeks } from "./gaps";
import type { Gap } from "./shifts";

const gap = (fields: Partial<Gap>): Gap => ({
  start: 0,
  end: 1800,
  load_start: 0,
  offered: 0,
  planned: 0,
  there: 0,
  seats_needed: 0,
  seats_scheduled: 0,
  planned_against_need: 0,
  there_against_plan: 0,
  ...fields,
});
const UNKNOWN = { load_start: null, offered: null, seats_needed: null, planned_against_need: null, there: null };

test("a day that is over has a load of its own; from today on it is that of the last such weekday that is over", () => {
  const today = "2026-11-28";
  expect(usualWeeks("2026-11-27", today)).toBe("0");
  expect(usualWeeks(today, today)).toBe("1");
  expect(usualWeeks("2026-12-04", today)).toBe("1");
  expect(usualWeeks("2026-12-05", today)).toBe("2");
  expect(usualWeeks("2027-03-01", today)).toBe("4");
});

test("only intervals with a need are counted, and an unknown need is no busy one", () => {
  const rows = [gap({}), gap({ planned: 1, planned_against_need: -1 }), gap({ ...UNKNOWN, planned: 2 }), gap(UNKNOWN)];
  expect(busyPart(rows)).toEqual(rows.slice(1, 3));
  expect(shortOf(rows)).toEqual({ short: 1, known: 2 });
  expect(shortOf(rows.slice(2))).toEqual({ short: 0, known: 0 });
});
