/** What is asked and told about the reviewer's inbox. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant, Seconds } from "../api/shapes";

export type Why = "random" | "new_agent" | "long" | "talk_over" | "low_survey" | "complaint" | "share" | "coaching";

export interface Assignment {
  id: number;
  plan: string;
  form_id: number;
  pbx: string;
  call_id: string;
  agent_number: string;
  agent_name: string;
  queue: string;
  began_at: Instant;
  talk_seconds: Seconds;
  why: Why;
  claimed_at: Instant | null;
  expires_at: Instant | null;
}

export const INBOX = ["review-inbox"];
const refresh = () => queryClient.invalidateQueries({ queryKey: INBOX });

/** Where a review of this assignment is begun. */
export function wayToReview(one: Assignment): string {
  const asked = { pbx: one.pbx, call: one.call_id, agent: one.agent_number, form: one.form_id, assignment: one.id };
  return `/quality/reviews/new${query(asked)}`;
}

export function useInbox() {
  return useQuery({
    queryKey: INBOX,
    queryFn: () => request<{ mine: Assignment[]; pool: Assignment[] }>("GET", "/api/review-inbox"),
    refetchInterval: 15_000,
  });
}

/** Claims one, or the next. */
export function useClaim() {
  return useMutation({
    mutationFn: (id: number | null) =>
      request<Assignment>("POST", id === null ? "/api/review-inbox/claim" : `/api/review-inbox/${id}/claim`),
    onSettled: refresh,
  });
}

export function useGiveBack() {
  return useMutation({
    mutationFn: (id: number) => request("DELETE", `/api/review-inbox/${id}/claim`),
    onSettled: refresh,
  });
}
