/** What is asked and told about the rules that fill a list. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant } from "../api/shapes";

export const FILL_KINDS = ["callback_requested", "abandoned", "days_after", "closed_complaint"] as const;
export type FillKind = (typeof FILL_KINDS)[number];

export interface FillOptions {
  queue: string;
  priority: number;
  wait_seconds: number;
  after_seconds: number;
  source_list_id: number | null;
  attribute: string;
  days: number;
}
export interface FillRule {
  id: number;
  list_id: string;
  kind: FillKind;
  options: FillOptions;
  is_enabled: boolean;
  created_at: Instant;
  created_by: string;
  looked_at: Instant | null;
  added: number;
  refused: number;
}

export const USUAL: FillOptions = {
  queue: "",
  priority: 5,
  wait_seconds: 5,
  after_seconds: 600,
  source_list_id: null,
  attribute: "",
  days: 30,
};

const path = (listId: string) => `/api/lists/${encodeURIComponent(listId)}/fill-rules`;
const refresh = () => queryClient.invalidateQueries({ queryKey: ["lists"] });

export function useFillRules(listId: string) {
  return useQuery({
    queryKey: ["lists", listId, "fill-rules"],
    queryFn: async () => (await request<{ rules: FillRule[] }>("GET", path(listId))).rules,
  });
}

export function useAddRule(listId: string) {
  return useMutation({
    mutationFn: (rule: { kind: FillKind; options: FillOptions }) => request<FillRule>("POST", path(listId), rule),
    onSuccess: refresh,
  });
}

export function useChangeRule() {
  return useMutation({
    mutationFn: ({ id, ...changes }: { id: number; is_enabled: boolean }) =>
      request("PATCH", `/api/fill-rules/${id}`, changes),
    onSuccess: refresh,
  });
}

export function useDeleteRule() {
  return useMutation({ mutationFn: (id: number) => request("DELETE", `/api/fill-rules/${id}`), onSuccess: refresh });
}
