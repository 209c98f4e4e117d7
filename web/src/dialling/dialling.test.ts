import { expect, test } from "vitest";
import type { ListCalendar } from "../api/shapes";
import { gridStart, withException } from "./dialling";

const CALENDAR: ListCalendar = {
  region: "CN",
  skips_holidays: true,
  works_make_up_days: true,
  uses_customer_clock: false,
  exceptions: [
    { date: "2026-03-02", windows: [], note: "" },
    { date: "2026-01-02", windows: [], note: "" },
  ],
};

test("one exception a date, in order", () => {
  const changed = withException(CALENDAR, "2026-03-02", { date: "2026-03-02", windows: [], note: "fair" });
  expect(changed.exceptions.map(({ date, note }) => [date, note])).toEqual([
    ["2026-01-02", ""],
    ["2026-03-02", "fair"],
  ]);
  expect(withException(CALENDAR, "2026-01-02", null).exceptions).toHaveLength(1);
});

test("a month begins on a Monday, over the turn of the year as well", () => {
  expect(gridStart("2026-11-25", 0)).toEqual({ month: "2026-11", from: "2026-10-26" });
  expect(gridStart("2026-11-25", 2)).toEqual({ month: "2027-01", from: "2026-12-28" });
  expect(gridStart("2026-06-01", 0)).toEqual({ month: "2026-06", from: "2026-06-01" });
});
