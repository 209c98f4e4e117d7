/** What is asked and told about coaching tasks. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant } from "../api/shapes";
import type { Words } from "./building";
import type { Earned } from "./forms";

export interface CoachedItem {
  id: string;
  label: Words;
  /** What it earned in the review; null: it was left out. */
  before: Earned | null;
  /** The same in the next review; null: there is none yet, or it was left out. */
  after: Earned | null;
}

export interface CoachingTask {
  id: number;
  review_id: number;
  agent_number: string;
  agent_name: string;
  talked_at: Instant;
  form_name: Words;
  items: CoachedItem[];
  note: string;
  owner: string;
  due_at: Instant;
  given_at: Instant;
  given_by: string;
  version: number;
  state: "given" | "seen" | "closed";
  seen_at: Instant | null;
  closed_at: Instant | null;
  closed_by: string;
  /** What was done. */
  outcome: string;
  /** Whether the next conversation was drawn. */
  is_drawn: boolean;
  next_review_id: number | null;
  may: ("acknowledge" | "close")[];
}

interface Page {
  tasks: CoachingTask[];
  next: number | null;
}

const KEY = ["coaching"];
const refresh = () => queryClient.invalidateQueries({ queryKey: KEY });

/** All tasks, or those of one agent. */
export function useTasks(agent: string | null) {
  return useInfiniteQuery({
    queryKey: [...KEY, "list", agent],
    queryFn: ({ pageParam }) => request<Page>("GET", `/api/coaching${query({ agent, cursor: pageParam })}`),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });
}

/** That of a review, if one was given. */
export function useTaskOf(review: number) {
  return useQuery({
    queryKey: [...KEY, "review", review],
    queryFn: async () => (await request<Page>("GET", `/api/coaching${query({ review })}`)).tasks[0] ?? null,
  });
}

export function useOwners() {
  return useQuery({
    queryKey: [...KEY, "owners"],
    queryFn: () => request<{ owners: { username: string; name: string }[] }>("GET", "/api/coaching/owners"),
  });
}

export interface NewTask {
  items: string[];
  note: string;
  owner: string;
  due_at: Instant | null;
}

export function useGive(review: number) {
  return useMutation({
    mutationFn: (task: NewTask) => request<CoachingTask>("POST", `/api/reviews/${review}/coaching`, task),
    onSuccess: refresh,
  });
}

export function useCoachingStep({ id, version }: CoachingTask) {
  return useMutation({
    mutationFn: ({ step, comment }: { step: "acknowledge" | "close"; comment: string }) =>
      request<CoachingTask>("POST", `/api/coaching/${id}/${step}`, { version, comment }),
    onSettled: refresh,
  });
}
