/** What is asked and told about callback lists. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Attempt, CallbackList, Instant, ListSettings, Target, TargetState } from "../api/shapes";
import { useEntity } from "../live/store";

/** Counts by outcome and what is due are not in the live feed; they are asked for again while a list runs. */
const AGAIN_MS = 5000;
const PAGE_SIZE = 50;

const path = (id: string | number, rest = "") => `/api/lists/${encodeURIComponent(String(id))}${rest}`;

export function useLists(isWanted = true) {
  return useQuery({
    queryKey: ["lists"],
    queryFn: async () => (await request<{ lists: CallbackList[] }>("GET", "/api/lists")).lists,
    enabled: isWanted,
    refetchInterval: AGAIN_MS,
  });
}

export function useList(id: string) {
  return useQuery({
    queryKey: ["lists", id],
    queryFn: () => request<CallbackList>("GET", path(id)),
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
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      request<{ targets: Target[]; next: string | null }>(
        "GET",
        path(id, `/targets${query({ state, cursor: pageParam, limit: PAGE_SIZE })}`),
      ),
    getNextPageParam: (page) => page.next,
    refetchInterval: AGAIN_MS,
  });
}

export function useAttempts(id: string) {
  return useInfiniteQuery({
    queryKey: ["lists", id, "attempts"],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      request<{ attempts: Attempt[]; next: string | null }>(
        "GET",
        path(id, `/attempts${query({ cursor: pageParam, limit: PAGE_SIZE })}`),
      ),
    getNextPageParam: (page) => page.next,
    refetchInterval: AGAIN_MS,
  });
}

const refresh = () => queryClient.invalidateQueries({ queryKey: ["lists"] });

export function useRunning(id: string | number) {
  return useMutation({
    mutationFn: (action: "start" | "stop") => request("POST", path(id, `/${action}`)),
    onSettled: refresh,
  });
}

export function useSaveList(id: string | number | null) {
  return useMutation({
    mutationFn: (fields: Partial<ListSettings>) =>
      request<CallbackList>(id === null ? "POST" : "PATCH", id === null ? "/api/lists" : path(id), fields),
    onSuccess: refresh,
  });
}

export function useDeleteList(id: string | number) {
  return useMutation({ mutationFn: () => request("DELETE", path(id)), onSuccess: refresh });
}

/** What becomes of a target for which the rules ask a person; called from `due_at` on, or now. */
export interface Decision {
  decision: "call" | "close" | "escalate";
  due_at?: Instant;
}

export function useDecide(id: string | number) {
  return useMutation({
    mutationFn: ({ target, ...decision }: Decision & { target: Target["id"] }) =>
      request("POST", path(id, `/targets/${target}/decision`), decision),
    onSettled: refresh,
  });
}
