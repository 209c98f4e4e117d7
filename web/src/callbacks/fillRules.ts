/** What is asked and told about the rules that fill a list. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { FillKind, FillOptions } from "../api/described";
import { queryClient } from "../api/queries";

export type { FillKind, FillRule } from "../api/described";

export const FILL_KINDS = ["callback_requested", "abandoned", "days_after", "closed_complaint"] as const;

export const USUAL: FillOptions = {
  queue: "",
  priority: 5,
  wait_seconds: 5,
  after_seconds: 600,
  source_list_id: null,
  attribute: "",
  days: 30,
};

const refresh = () => queryClient.invalidateQueries({ queryKey: ["lists"] });

export function useFillRules(listId: string) {
  return useQuery({
    queryKey: ["lists", listId, "fill-rules"],
    queryFn: async () => (await ask("GET /api/lists/{list_id}/fill-rules", { path: { list_id: listId } })).rules,
  });
}

export function useAddRule(listId: string) {
  return useMutation({
    mutationFn: (rule: { kind: FillKind; options: FillOptions }) =>
      ask("POST /api/lists/{list_id}/fill-rules", { path: { list_id: listId }, body: rule }),
    onSuccess: refresh,
  });
}

export function useChangeRule() {
  return useMutation({
    mutationFn: ({ id, ...changes }: { id: number; is_enabled: boolean }) =>
      ask("PATCH /api/fill-rules/{rule_id}", { path: { rule_id: id }, body: changes }),
    onSuccess: refresh,
  });
}

export function useDeleteRule() {
  return useMutation({
    mutationFn: (id: number) => ask("DELETE /api/fill-rules/{rule_id}", { path: { rule_id: id } }),
    onSuccess: refresh,
  });
}
