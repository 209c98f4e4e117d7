/** What is asked and told about the reviewer's inbox. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { ask, query } from "../api/client";
import type { ReviewAssignment as Assignment } from "../api/described";
import { queryClient } from "../api/queries";

export type { ReviewAssignment as Assignment, Why } from "../api/described";

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
    queryFn: () => ask("GET /api/review-inbox"),
    refetchInterval: 15_000,
  });
}

/** Claims one, or the next. */
export function useClaim() {
  return useMutation({
    mutationFn: (id: number | null) =>
      id === null
        ? ask("POST /api/review-inbox/claim")
        : ask("POST /api/review-inbox/{assignment_id}/claim", { path: { assignment_id: id } }),
    onSettled: refresh,
  });
}

export function useGiveBack() {
  return useMutation({
    mutationFn: (id: number) => ask("DELETE /api/review-inbox/{assignment_id}/claim", { path: { assignment_id: id } }),
    onSettled: refresh,
  });
}
