/** What is asked and told of the report of tickets: how many came, were closed in time, and stay to be done. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ask, query } from "../api/client";
import type { FigureValues, Instant } from "../api/shapes";
import type { Outcome, State } from "../tickets/tickets";
import { countDays, type Days, type Interval } from "./ranges";
import type { IntervalTotals } from "./report";

export const BYS = ["team", "owner", "type", "queue"] as const;
export type By = (typeof BYS)[number];

export interface TicketReport {
  by: By;
  interval: Interval;
  figures: string[];
  rows: { id: string; name_en: string; name_zh: string; figures: FigureValues }[];
  totals: FigureValues;
  intervals: IntervalTotals[];
}

export interface CountedTicket {
  id: number;
  ticket: string;
  type: string;
  subject: string;
  state: State;
  owner: string;
  team: string;
  queue: string;
  created_at: Instant;
  due_at: Instant | null;
  closed_at: Instant | null;
  outcome: Outcome | "";
}

export interface TicketSearch {
  days: Days;
  team: string;
  by: By;
}

/** So that there are neither three points nor a hundred. */
export function trendOf(days: Days): Interval {
  const count = countDays(days);
  if (count === 1) return "hour";
  if (count <= 31) return "day";
  return count <= 26 * 7 ? "week" : "month";
}

export function ticketQuery({ days, team, by }: TicketSearch): Record<string, string> {
  return { ...days, ...(team ? { team } : {}), by, interval: trendOf(days) };
}

export function useTicketReport(search: TicketSearch) {
  return useQuery({
    queryKey: ["ticket report", search],
    queryFn: () => ask<TicketReport>("GET", `/api/reports/tickets${query(ticketQuery(search))}`),
    placeholderData: keepPreviousData,
  });
}

/** What a number counts: of a line (`by` and its id, which is empty for those of none), of an interval, of everything. */
export interface Opened {
  figure: string;
  name: string;
  where: Record<string, string>;
}

/** The address of what a number counts; what is empty is said, too. */
export function countedAddress({ days, team }: TicketSearch, { figure, where }: Opened, ending = ""): string {
  const asked = new URLSearchParams({ ...days, ...(team ? { team } : {}), ...where, figure });
  return `/api/reports/tickets/counted${ending}?${asked}`;
}

export function useCountedTickets(search: TicketSearch, opened: Opened) {
  const address = countedAddress(search, opened);
  return useQuery({
    queryKey: ["counted tickets", address],
    queryFn: () => ask<{ count: number; tickets: CountedTicket[] }>("GET", address),
  });
}
