/** What is asked and told about coaching tasks. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { CoachingTask, TaskShape } from "../api/described";
import { queryClient } from "../api/queries";

export type { CoachedItem, CoachingTask } from "../api/described";

const KEY = ["coaching"];
const AGAIN_MS = 60_000;
const refresh = () => queryClient.invalidateQueries({ queryKey: KEY });

/** All tasks, or those of one agent. */
export function useTasks(agent: string | null) {
  return useInfiniteQuery({
    queryKey: [...KEY, "list", agent],
    queryFn: ({ pageParam }) => ask("GET /api/coaching", { query: { agent, cursor: pageParam } }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });
}

/** Those of an agent that nobody has closed. */
export function useOpenTasks(agent: string) {
  return useQuery({
    queryKey: [...KEY, "list", agent, "open"],
    queryFn: async () => (await ask("GET /api/coaching", { query: { agent, state: "open" } })).tasks,
    refetchInterval: AGAIN_MS,
  });
}

/** That of a review, if one was given. */
export function useTaskOf(review: number) {
  return useQuery({
    queryKey: [...KEY, "review", review],
    queryFn: async () => (await ask("GET /api/coaching", { query: { review } })).tasks[0] ?? null,
  });
}

export function useOwners() {
  return useQuery({
    queryKey: [...KEY, "owners"],
    queryFn: () => ask("GET /api/coaching/owners"),
  });
}

export type NewTask = TaskShape;

export function useGive(review: number) {
  return useMutation({
    mutationFn: (task: NewTask) =>
      ask("POST /api/reviews/{review_id}/coaching", { path: { review_id: review }, body: task }),
    onSuccess: refresh,
  });
}

export function useCoachingStep({ id, version }: CoachingTask) {
  return useMutation({
    mutationFn: ({ step, comment }: { step: "acknowledge" | "close"; comment: string }) =>
      ask(`POST /api/coaching/{task_id}/${step}`, { path: { task_id: id }, body: { version, comment } }),
    onSettled: refresh,
  });
}
