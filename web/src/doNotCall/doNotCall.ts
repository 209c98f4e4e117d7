/** What is asked and told about the do-not-call list. */

import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { ask } from "../api/client";
import { queryClient } from "../api/queries";

export type { DoNotCallEntry as Entry } from "../api/described";

const PAGE_SIZE = 50;
const refresh = () => queryClient.invalidateQueries({ queryKey: ["do-not-call"] });

export function useEntries(number: string) {
  return useInfiniteQuery({
    queryKey: ["do-not-call", number],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => ask("GET /api/do-not-call", { query: { number, cursor: pageParam, limit: PAGE_SIZE } }),
    getNextPageParam: (page) => page.next,
  });
}

export function useAdd() {
  return useMutation({
    mutationFn: (entry: { number: string; is_prefix: boolean; note: string }) =>
      ask("POST /api/do-not-call", { body: { entries: [entry] } }),
    onSuccess: refresh,
  });
}

export function useRemove() {
  return useMutation({
    mutationFn: (id: number) => ask("DELETE /api/do-not-call/{entry_id}", { path: { entry_id: id } }),
    onSuccess: refresh,
  });
}

/** What somebody wrote as an entry: a number, or a prefix with `*` behind it; null if it is neither. */
export function entryOf(text: string): { number: string; is_prefix: boolean } | null {
  const plain = text.replace(/[\s()-]/g, "");
  const found = /^(\+[1-9]\d{1,14})(\*?)$/.exec(plain);
  return found ? { number: found[1] as string, is_prefix: found[2] === "*" } : null;
}
