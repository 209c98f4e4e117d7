/** What is asked and told of the report of quality: what reviews say, and where points are lost. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import type { FigureValues, Instant } from "../api/shapes";
import { countDays, type Days } from "./ranges";
import type { IntervalTotals } from "./report";

export const BYS = ["agent", "team", "reviewer", "form"] as const;
export type By = (typeof BYS)[number];

export type Trend = "day" | "week" | "month";

export interface QualityLine {
  id: string;
  name_en: string;
  name_zh: string;
  team: string;
  figures: FigureValues;
}
export interface QualityReport {
  by: By;
  interval: Trend;
  figures: string[];
  rows: QualityLine[];
  totals: FigureValues;
  intervals: IntervalTotals[];
}

export interface LostItem {
  form: number;
  form_name_en: string;
  form_name_zh: string;
  item: string;
  label_en: string;
  label_zh: string;
  figures: FigureValues;
}

/** A review, or a conversation that a plan drew, whose `id` is then not a review's. */
export interface CountedReview {
  id: number;
  at: Instant;
  pbx: string;
  call_id: string;
  agent: string;
  agent_name: string;
  team: string;
  reviewer: string | null;
  score: number | null;
  pass_score: number | null;
}

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

export function qualityQuery({ days, team, by }: QualitySearch): Record<string, string> {
  return { ...days, ...(team ? { team } : {}), by, interval: trendOf(days) };
}

export function useQualityReport(search: QualitySearch) {
  return useQuery({
    queryKey: ["quality report", search],
    queryFn: () => request<QualityReport>("GET", `/api/reports/quality${query(qualityQuery(search))}`),
    placeholderData: keepPreviousData,
  });
}

function narrowed({ days, team }: QualitySearch): Record<string, string> {
  return { ...days, ...(team ? { team } : {}) };
}

export function useLostPoints(search: QualitySearch) {
  const asked = narrowed(search);
  return useQuery({
    queryKey: ["lost points", asked],
    queryFn: () =>
      request<{ figures: string[]; items: LostItem[] }>("GET", `/api/reports/quality/lost-points${query(asked)}`),
    placeholderData: keepPreviousData,
  });
}

/** What a number counts: of a line (`by` and its id), of an interval, of an item, or of everything. */
export interface Opened {
  figure: string;
  name: string;
  where: Record<string, string>;
}

export function reviewsQuery(search: QualitySearch, { figure, where }: Opened): Record<string, string> {
  return { ...narrowed(search), ...where, figure };
}

export function useCountedReviews(search: QualitySearch, opened: Opened) {
  const asked = reviewsQuery(search, opened);
  return useQuery({
    queryKey: ["counted reviews", asked],
    queryFn: () =>
      request<{ count: number; reviews: CountedReview[] }>("GET", `/api/reports/quality/reviews${query(asked)}`),
  });
}
