/** What is asked and told of the callback report, and of what record forms were answered. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { Days } from "./ranges";

export type { CallbackReport, FormResults } from "../api/described";

export const BYS = ["list", "team", "agent", "hour"] as const;
export type By = (typeof BYS)[number];

export interface CallbackSearch {
  days: Days;
  list: string;
  by: By;
}

export function callbackQuery({ days, list, by }: CallbackSearch) {
  return { ...days, list, by };
}

export function useCallbackReport(search: CallbackSearch) {
  return useQuery({
    queryKey: ["callback report", search],
    queryFn: () => ask("GET /api/reports/callbacks", { query: callbackQuery(search) }),
    placeholderData: keepPreviousData,
  });
}

/** What a number counts: a figure, of one line or of all. */
export interface Opened {
  figure: string;
  line: { id: string; name: string } | null;
}

export function targetsQuery({ days, list, by }: CallbackSearch, { figure, line }: Opened) {
  return { ...days, list, ...(line ? { [by]: line.id } : {}), figure };
}

export function useCountedTargets(search: CallbackSearch, opened: Opened) {
  const asked = targetsQuery(search, opened);
  return useQuery({
    queryKey: ["callback targets", asked],
    queryFn: () => ask("GET /api/reports/callbacks/targets", { query: asked }),
  });
}

export function useFormResults(list: string, days: Days) {
  return useQuery({
    queryKey: ["form results", list, days],
    queryFn: () => ask("GET /api/reports/forms", { query: { ...days, list } }),
    placeholderData: keepPreviousData,
  });
}
