/** What is asked and told of the report of tickets: how many came, were closed in time, and stay to be done. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ask, NONE } from "../api/client";
import { countDays, type Days, type Interval } from "./ranges";
import { narrowed, type TeamSearch, trendOf } from "./teamSearch";

export type { CountedTicket, TicketReport } from "../api/described";

export const BYS = ["team", "owner", "type", "queue"] as const;
export type By = (typeof BYS)[number];

export type TicketSearch = TeamSearch<By>;

/** Of a single day, hour by hour. */
export function intervalOf(days: Days): Interval {
  return countDays(days) === 1 ? "hour" : trendOf(days);
}

export function ticketQuery(search: TicketSearch) {
  return { ...narrowed(search), by: search.by, interval: intervalOf(search.days) };
}

export function useTicketReport(search: TicketSearch) {
  return useQuery({
    queryKey: ["ticket report", search],
    queryFn: () => ask("GET /api/reports/tickets", { query: ticketQuery(search) }),
    placeholderData: keepPreviousData,
  });
}

/** What a number counts: of a line (`by` and its id, which is empty for those of none), of an interval, of everything. */
export interface Opened {
  figure: string;
  name: string;
  where: Record<string, string>;
}

/** What a number counts; what is empty is said, too. */
export function countedQuery(search: TicketSearch, { figure, where }: Opened) {
  const said = Object.fromEntries(Object.entries(where).map(([name, value]) => [name, value || NONE]));
  return { ...narrowed(search), ...said, figure };
}

export function useCountedTickets(search: TicketSearch, opened: Opened) {
  const asked = countedQuery(search, opened);
  return useQuery({
    queryKey: ["counted tickets", asked],
    queryFn: () => ask("GET /api/reports/tickets/counted", { query: asked }),
  });
}
