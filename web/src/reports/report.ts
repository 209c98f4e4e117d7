/** What is asked and told about figures over a span: the report, the list behind a number, the heat map. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ask, NONE } from "../api/client";
import type { Days, Interval } from "./ranges";
import type { Filters, Opened, Subject } from "./view";

export type {
  CountedAgent,
  CountedFact,
  CountedRows as CountedPart,
  HeatCell,
  IntervalBounds,
  IntervalFigures as IntervalTotals,
  PreviousCounts as Counts,
  Report,
  ReportRow,
} from "../api/described";

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
export function reportQuery(search: ReportSearch) {
  const { subject, days, interval, filters, figures } = search;
  const ofPeople = subject === "queues" ? {} : { agent: filters.agent, team: filters.team };
  return {
    ...days,
    interval,
    ...queueOf(filters.queue),
    ...ofPeople,
    figures: figures.join(","),
    compare: search.compare ? "previous" : "",
    reasons: search.reasons && subject !== "queues" ? true : null,
  };
}

/** A running day grows: it is asked for again now and then. */
const AGAIN_MS = 30_000;

export function useReport(search: ReportSearch, isEnabled = true) {
  return useQuery({
    queryKey: ["report", search],
    queryFn: () => ask(`GET /api/reports/${search.subject}`, { query: reportQuery(search) }),
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

export function useHeatMap(days: Days, queue: string, figure: string) {
  return useQuery({
    queryKey: ["heatmap", days, queue, figure],
    queryFn: async () =>
      (await ask("GET /api/reports/heatmap", { query: { ...days, ...queueOf(queue), figure } })).cells,
    placeholderData: (before) => before,
  });
}

const PAGE_SIZE = 50;

export function useCounted(opened: Opened) {
  const { figure, queue, team, ...others } = opened;
  return useInfiniteQuery({
    queryKey: ["counted", opened],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      ask("GET /api/reports/rows/{figure}", {
        path: { figure },
        // An empty team is one: that of the agents without a team.
        query: { ...others, ...queueOf(queue), team: team === "" ? NONE : team, cursor: pageParam, limit: PAGE_SIZE },
      }),
    getNextPageParam: (page) => page.next,
  });
}
