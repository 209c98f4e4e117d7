/** What is asked and told about callback lists. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { ListChanges, NewList } from "../api/described";
import { queryClient } from "../api/queries";
import type { CallbackList, Instant, Target, TargetState } from "../api/shapes";
import { useEntity } from "../live/store";

/** Counts by outcome and what is due are not in the live feed; they are asked for again while a list runs. */
const AGAIN_MS = 5000;
const PAGE_SIZE = 50;

export function useLists(isWanted = true) {
  return useQuery({
    queryKey: ["lists"],
    queryFn: async () => (await ask("GET /api/lists")).lists,
    enabled: isWanted,
    refetchInterval: AGAIN_MS,
  });
}

export function useList(id: string) {
  return useQuery({
    queryKey: ["lists", id],
    queryFn: () => ask("GET /api/lists/{list_id}", { path: { list_id: String(id) } }),
    refetchInterval: AGAIN_MS,
  });
}

/** The list with what the live feed knows better. */
export function useLiveList(list: CallbackList): CallbackList {
  const live = useEntity("lists", String(list.id));
  return live ? { ...list, ...live, id: list.id } : list;
}

export function useTargets(id: string, state: TargetState | "") {
  return useInfiniteQuery({
    queryKey: ["lists", id, "targets", state],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      ask("GET /api/lists/{list_id}/targets", {
        path: { list_id: String(id) },
        query: { state, cursor: pageParam, limit: PAGE_SIZE },
      }),
    getNextPageParam: (page) => page.next,
    refetchInterval: AGAIN_MS,
  });
}

export function useAttempts(id: string) {
  return useInfiniteQuery({
    queryKey: ["lists", id, "attempts"],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      ask("GET /api/lists/{list_id}/attempts", {
        path: { list_id: String(id) },
        query: { cursor: pageParam, limit: PAGE_SIZE },
      }),
    getNextPageParam: (page) => page.next,
    refetchInterval: AGAIN_MS,
  });
}

const refresh = () => queryClient.invalidateQueries({ queryKey: ["lists"] });

export function useRunning(id: string | number) {
  return useMutation({
    mutationFn: (action: "start" | "stop") => ask(`POST /api/lists/{list_id}/${action}`, { path: { list_id: id } }),
    onSettled: refresh,
  });
}

/** A new list has a name and a queue; of one there is, what changes is sent. */
export type ListSent = NewList | ListChanges;

export function useSaveList(id: string | number | null) {
  return useMutation({
    mutationFn: (fields: ListSent) =>
      id === null
        ? ask("POST /api/lists", { body: fields as NewList })
        : ask("PATCH /api/lists/{list_id}", { path: { list_id: id }, body: fields }),
    onSuccess: refresh,
  });
}

export function useDeleteList(id: string | number) {
  return useMutation({
    mutationFn: () => ask("DELETE /api/lists/{list_id}", { path: { list_id: String(id) } }),
    onSuccess: refresh,
  });
}

/** What becomes of a target for which the rules ask a person; called from `due_at` on, or now. */
export interface Decision {
  decision: "call" | "close" | "escalate";
  due_at?: Instant;
}

export function useDecide(id: string | number) {
  return useMutation({
    mutationFn: ({ target, ...decision }: Decision & { target: Target["id"] }) =>
      ask("POST /api/lists/{list_id}/targets/{target_id}/decision", {
        path: { list_id: String(id), target_id: target },
        body: decision,
      }),
    onSettled: refresh,
  });
}
