/** What is asked and told about figures over a span: the report, the list behind a number, the heat map. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import type { CountedKind, FigureValues, Instant, Seconds } from "../api/shapes";
import type { Days, Interval } from "./ranges";
import type { Filters, Opened, Subject } from "./view";

export interface IntervalBounds {
  index: number;
  start: Instant | null;
  end: Instant | null;
}
export interface ReportRow extends IntervalBounds {
  id: string;
  name: string;
  pbx: string;
  queue?: string;
  agent?: string;
  team: string;
  figures: FigureValues;
  reasons?: Record<string, Seconds>;
}
export interface IntervalTotals extends IntervalBounds {
  figures: FigureValues;
}
export interface Counts {
  from: Instant;
  to: Instant;
  intervals: IntervalBounds[];
  rows: ReportRow[];
  totals: FigureValues;
  interval_totals: IntervalTotals[];
}
export interface Report extends Counts {
  subject: Subject;
  interval: Interval;
  timezone: string;
  is_running: boolean;
  figures: string[];
  previous: Counts | null;
}

/** A queue is told by its PBX and its name. */
export function queueOf(id: string): { pbx: string; queue: string } {
  const cut = id.indexOf("/");
  return cut < 0 ? { pbx: "", queue: id } : { pbx: id.slice(0, cut), queue: id.slice(cut + 1) };
}

export interface ReportSearch {
  subject: Subject;
  days: Days;
  interval: Interval;
  filters: Filters;
  figures: readonly string[];
  compare?: boolean;
  reasons?: boolean;
}

/** The parameters of a report, of its page as of its file. */
export function reportQuery(search: ReportSearch): Record<string, string> {
  const { subject, days, interval, filters, figures } = search;
  const ofPeople: Record<string, string> = subject === "queues" ? {} : { agent: filters.agent, team: filters.team };
  return {
    ...days,
    interval,
    ...queueOf(filters.queue),
    ...ofPeople,
    figures: figures.join(","),
    compare: search.compare ? "previous" : "",
    reasons: search.reasons && subject !== "queues" ? "1" : "",
  };
}

/** A running day grows: it is asked for again now and then. */
const AGAIN_MS = 30_000;

export function useReport(search: ReportSearch, isEnabled = true) {
  return useQuery({
    queryKey: ["report", search],
    queryFn: () => request<Report>("GET", `/api/reports/${search.subject}${query(reportQuery(search))}`),
    enabled: isEnabled && search.figures.length > 0,
    refetchInterval: ({ state }) => state.data?.is_running === true && AGAIN_MS,
    placeholderData: (before, from) => (isSameSubject(from?.queryKey[1], search) ? before : undefined),
  });
}

/** Rows of queues say nothing while agents are waited for. */
function isSameSubject(before: unknown, search: ReportSearch): boolean {
  const other = before as ReportSearch | undefined;
  return other?.subject === search.subject && other.interval === search.interval;
}

export interface HeatCell {
  weekday: number;
  hour: number;
  value: number | null;
}

export function useHeatMap(days: Days, queue: string, figure: string) {
  return useQuery({
    queryKey: ["heatmap", days, queue, figure],
    queryFn: async () =>
      (
        await request<{ cells: HeatCell[] }>(
          "GET",
          `/api/reports/heatmap${query({ ...days, ...queueOf(queue), figure })}`,
        )
      ).cells,
    placeholderData: (before) => before,
  });
}

export interface Counted {
  id: string | number;
  kind: CountedKind;
  value: number;
  pbx: string;
  call_id: string | null;
  queue: string;
  number: string;
  agent_number: string;
  agent_name: string;
  team: string;
  interface: string;
  at: Instant;
  until: Instant;
  outcome: string;
  reason?: string;
  seconds: Partial<Record<"wait" | "ring" | "talk" | "hold" | "wrap_up" | "spell" | "limit", Seconds>>;
  is_certain: boolean;
  handled?: number;
  signed_in_seconds?: Seconds;
}
export interface CountedPart {
  kind: CountedKind;
  count: number;
  total: number;
  rows: Counted[];
  next: string | null;
}

const PAGE_SIZE = 50;

export function useCounted(opened: Opened) {
  const { figure, queue, team, ...others } = opened;
  // An empty team is one: that of the agents without a team.
  const ofTeam = team === null ? "" : `&team=${encodeURIComponent(team)}`;
  return useInfiniteQuery({
    queryKey: ["counted", opened],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      request<CountedPart>(
        "GET",
        `/api/reports/rows/${encodeURIComponent(figure)}${query({ ...others, ...queueOf(queue), cursor: pageParam, limit: PAGE_SIZE })}${ofTeam}`,
      ),
    getNextPageParam: (page) => page.next,
  });
}
