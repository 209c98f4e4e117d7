/** What is asked and told of the report of quality: what reviews say, and where points are lost. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import { countDays, type Days } from "./ranges";

export type { CountedReview, LostItem, QualityLine, QualityReport } from "../api/described";

export const BYS = ["agent", "team", "reviewer", "form"] as const;
export type By = (typeof BYS)[number];

export type Trend = "day" | "week" | "month";

export interface QualitySearch {
  days: Days;
  team: string;
  by: By;
}

/** So that there are neither three points nor a hundred. */
export function trendOf(days: Days): Trend {
  const count = countDays(days);
  if (count <= 31) return "day";
  return count <= 26 * 7 ? "week" : "month";
}

export function qualityQuery({ days, team, by }: QualitySearch) {
  return { ...days, ...(team ? { team } : {}), by, interval: trendOf(days) };
}

export function useQualityReport(search: QualitySearch) {
  return useQuery({
    queryKey: ["quality report", search],
    queryFn: () => ask("GET /api/reports/quality", { query: qualityQuery(search) }),
    placeholderData: keepPreviousData,
  });
}

function narrowed({ days, team }: QualitySearch) {
  return { ...days, ...(team ? { team } : {}) };
}

export function useLostPoints(search: QualitySearch) {
  const asked = narrowed(search);
  return useQuery({
    queryKey: ["lost points", asked],
    queryFn: () => ask("GET /api/reports/quality/lost-points", { query: asked }),
    placeholderData: keepPreviousData,
  });
}

/** What a number counts: of a line (`by` and its id), of an interval, of an item, or of everything. */
export interface Opened {
  figure: string;
  name: string;
  where: Record<string, string>;
}

export function reviewsQuery(search: QualitySearch, { figure, where }: Opened) {
  return { ...narrowed(search), ...where, figure };
}

export function useCountedReviews(search: QualitySearch, opened: Opened) {
  const asked = reviewsQuery(search, opened);
  return useQuery({
    queryKey: ["counted reviews", asked],
    queryFn: () => ask("GET /api/reports/quality/reviews", { query: asked }),
  });
}
