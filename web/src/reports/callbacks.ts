/** What is asked and told of the callback report, and of what record forms were answered. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import type { FigureValues, Instant } from "../api/shapes";
import type { QuestionKind } from "../forms/rules";
import type { Days } from "./ranges";

export const BYS = ["list", "team", "agent", "hour"] as const;
export type By = (typeof BYS)[number];

export interface CallbackReport {
  by: By;
  figures: string[];
  rows: { id: string; name: string; figures: FigureValues }[];
  totals: FigureValues;
  best_hours: number[];
}

export interface CountedTarget {
  id: number;
  list: string;
  number: string;
  name: string;
  state: string;
  attempts: number;
  last_at: Instant | null;
  last_outcome: string | null;
}

export interface CallbackSearch {
  days: Days;
  list: string;
  by: By;
}

export function callbackQuery({ days, list, by }: CallbackSearch): Record<string, string> {
  return { ...days, list, by };
}

export function useCallbackReport(search: CallbackSearch) {
  return useQuery({
    queryKey: ["callback report", search],
    queryFn: () => request<CallbackReport>("GET", `/api/reports/callbacks${query(callbackQuery(search))}`),
    placeholderData: keepPreviousData,
  });
}

/** What a number counts: a figure, of one line or of all. */
export interface Opened {
  figure: string;
  line: { id: string; name: string } | null;
}

export function targetsQuery({ days, list, by }: CallbackSearch, { figure, line }: Opened): Record<string, string> {
  return { ...days, list, ...(line ? { [by]: line.id } : {}), figure };
}

export function useCountedTargets(search: CallbackSearch, opened: Opened) {
  const asked = targetsQuery(search, opened);
  return useQuery({
    queryKey: ["callback targets", asked],
    queryFn: () =>
      request<{ count: number; targets: CountedTarget[] }>("GET", `/api/reports/callbacks/targets${query(asked)}`),
  });
}

export interface FormResults {
  records: number;
  results: Record<string, number>;
  questions: {
    id: string;
    label: string;
    kind: QuestionKind;
    answered: number;
    counts: [key: string, label: string, count: number][];
    mean: number | null;
    smallest: number | null;
    largest: number | null;
  }[];
}

export function useFormResults(list: string, days: Days) {
  return useQuery({
    queryKey: ["form results", list, days],
    queryFn: () => request<FormResults>("GET", `/api/reports/forms${query({ ...days, list })}`),
    placeholderData: keepPreviousData,
  });
}
