/** The days that a report is about: presets in the centre's zone, and what they mean at this moment. */

import type { Instant } from "../api/shapes";
import { fromWall, toWall } from "../format";

/** A day of the centre's calendar, `2025-11-22`. */
export type Day = string;

/** Both ends belong to it. */
export interface Days {
  from: Day;
  to: Day;
}

export const PRESETS = [
  "today",
  "yesterday",
  "this_week",
  "last_week",
  "this_month",
  "last_month",
  "last_7_days",
  "last_30_days",
] as const;
export type Preset = (typeof PRESETS)[number];

const DAY_MS = 86_400_000;

/** Days are counted on the calendar, where none is shorter than another. */
export function addDays(day: Day, count: number): Day {
  return new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10);
}

export function dayOf(zone: string, at: Instant): Day {
  return toWall(zone, at).slice(0, 10);
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;
}

export function countDays({ from, to }: Days): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}

/** 1 Monday … 7 Sunday. */
export function weekdayOf(day: Day): number {
  return new Date(day).getUTCDay() || 7;
}

function monthOf(day: Day, months = 0): Days {
  const year = Number(day.slice(0, 4));
  const month = Number(day.slice(5, 7)) - 1 + months;
  const first = new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
  const next = new Date(Date.UTC(year, month + 1, 1)).toISOString().slice(0, 10);
  return { from: first, to: addDays(next, -1) };
}

/** What a preset means on this day: the running week and month end today, the last days yesterday. */
export function daysOf(preset: Preset, today: Day): Days {
  const monday = addDays(today, 1 - weekdayOf(today));
  switch (preset) {
    case "today":
      return { from: today, to: today };
    case "yesterday":
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case "this_week":
      return { from: monday, to: today };
    case "last_week":
      return { from: addDays(monday, -7), to: addDays(monday, -1) };
    case "this_month":
      return { from: monthOf(today).from, to: today };
    case "last_month":
      return monthOf(today, -1);
    case "last_7_days":
      return { from: addDays(today, -7), to: addDays(today, -1) };
    case "last_30_days":
      return { from: addDays(today, -30), to: addDays(today, -1) };
  }
}

/** The days as instants, half open; a day of 23 or 25 hours is as long as it is. */
export function spanOf({ from, to }: Days, zone: string): { from: Instant; to: Instant } {
  const midnight = (day: Day) => fromWall(zone, `${day}T00:00`) ?? 0;
  return { from: midnight(from), to: midnight(addDays(to, 1)) };
}

export const INTERVALS = ["none", "15m", "30m", "hour", "day", "week", "month", "hour_of_day", "weekday"] as const;
export type Interval = (typeof INTERVALS)[number];

/** Beyond this many days an interval makes more rows than anybody reads. */
const MOST_DAYS: Partial<Record<Interval, number>> = { "15m": 7, "30m": 14, hour: 31, day: 400 };

export function intervalsFor(days: Days): Interval[] {
  const count = countDays(days);
  return INTERVALS.filter((interval) => count <= (MOST_DAYS[interval] ?? Number.POSITIVE_INFINITY));
}

/** The grain at which a line over these days can be read. */
export function chartInterval(days: Days): Interval {
  const count = countDays(days);
  if (count <= 1) return "15m";
  if (count <= 3) return "hour";
  if (count <= 92) return "day";
  return count <= 400 ? "week" : "month";
}
