/** What is asked and told of the report of quality: what reviews say, and where points are lost. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import { narrowed, type TeamSearch, trendOf } from "./teamSearch";

export type { CountedReview, QualityLine, QualityReport } from "../api/described";

export const BYS = ["agent", "team", "reviewer", "form"] as const;
export type By = (typeof BYS)[number];

export type QualitySearch = TeamSearch<By>;

export function qualityQuery(search: QualitySearch) {
  return { ...narrowed(search), by: search.by, interval: trendOf(search.days) };
}

export function useQualityReport(search: QualitySearch) {
  return useQuery({
    queryKey: ["quality report", search],
    queryFn: () => ask("GET /api/reports/quality", { query: qualityQuery(search) }),
    placeholderData: keepPreviousData,
  });
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
