/** What is asked about gaps in our books, and about how they compare with Asterisk's. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import { queryClient } from "../api/queries";

const GAPS = ["gaps"] as const;
const RUNS = ["reconciliations"] as const;
const WHILE_RUNNING_MS = 1500;

/** Newest first; asked anew when `settled` changes (a gap has ended). */
export function useGaps(since: number | null, settled: unknown = null) {
  return useQuery({
    queryKey: [...GAPS, since, settled],
    queryFn: async () => (await ask("GET /api/gaps", { query: { from: since } })).gaps,
  });
}

export function useReconciliations() {
  return useQuery({
    queryKey: RUNS,
    queryFn: () => ask("GET /api/reconciliations"),
    refetchInterval: ({ state }) => (state.data?.running.length ? WHILE_RUNNING_MS : false),
  });
}

/** Compares a day (`YYYY-MM-DD`) at every PBX. */
export function useCompare() {
  return useMutation({
    mutationFn: (day: string) => ask("POST /api/reconciliations", { body: { day } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: RUNS }),
  });
}
