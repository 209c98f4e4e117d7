/** What the page of gaps makes of its intervals: which are shown, how many are short, and from which day the load is. */

import { addDays, type Day } from "../reports/ranges";
import type { Gap } from "./shifts";

export const WEEKS = ["0", "1", "2", "3", "4"] as const;
export type Weeks = (typeof WEEKS)[number];

/** Whose load a day is measured by unless somebody chooses: its own once it is over, else that of the last such day. */
export function usualWeeks(day: Day, today: Day): Weeks {
  return WEEKS.find((weeks) => addDays(day, -7 * Number(weeks)) < today) ?? "4";
}

/** The intervals from the first in which somebody was planned, there or needed to the last. */
export function busyPart(rows: readonly Gap[]): Gap[] {
  const isBusy = (row: Gap) => row.planned > 0 || (row.there ?? 0) > 0 || (row.seats_needed ?? 0) > 0;
  return rows.slice(Math.max(0, rows.findIndex(isBusy)), rows.findLastIndex(isBusy) + 1);
}

/** Of the intervals whose need is known: how many, and in how many of them too few are planned. */
export function shortOf(rows: readonly Gap[]): { short: number; known: number } {
  const known = rows.map((row) => row.planned_against_need).filter((value) => value !== null);
  return { short: known.filter((value) => value < -0.05).length, known: known.length };
}
