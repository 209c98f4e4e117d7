/** What is asked and told about callers who gave up. */

import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { ask } from "../api/client";
import { queryClient } from "../api/queries";
import type { Days } from "./ranges";
import type { AbandonedCaller } from "./shapes";

export const CALLED_BACK = ["", "open", "called_back"] as const;
export type CalledBackState = (typeof CALLED_BACK)[number];

export interface AbandonedSearch {
  days: Days;
  queue: string;
  state: CalledBackState;
}

const PAGE_SIZE = 100;

/** As many as the server takes at once. */
export const MOST_CHOSEN = 1000;

export function abandonedQuery({ days, queue, state }: AbandonedSearch) {
  return { ...days, queue, state };
}

export function useAbandoned(search: AbandonedSearch) {
  return useInfiniteQuery({
    queryKey: ["abandoned", search],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      ask("GET /api/reports/abandoned", { query: { ...abandonedQuery(search), cursor: pageParam, limit: PAGE_SIZE } }),
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
}

export function usePutIntoList() {
  return useMutation({
    mutationFn: ({ list, callers }: { list: string; callers: AbandonedCaller[] }) =>
      ask("POST /api/reports/abandoned/callbacks", {
        body: {
          list_id: Number(list),
          visits: callers.map((caller) => caller.id),
        },
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["lists"] }),
  });
}
