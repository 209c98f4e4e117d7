/** What is asked and told about reviews. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type {
  NewReviewShape,
  QualityDecisionShape,
  QualityState,
  QualityStepShape,
  Review,
  ReviewScore,
} from "../api/described";
import { queryClient } from "../api/queries";
import type { Section, Words } from "./building";
import type { Draft } from "./reviewing";

export const REVIEW_STATES = ["draft", "published", "acknowledged", "appealed", "upheld", "changed", "closed"] as const;
export type { Review, ReviewedCall, ReviewLine } from "../api/described";

/** What is being scored by a form: a review, or one's own part of a calibration. */
export interface Written extends Draft {
  version: number;
  form_name: Words;
  sections: Section[];
  score: ReviewScore;
  has_passed: boolean | null;
  pass_score: number | null;
}

export interface ReviewFilter {
  state: QualityState | "";
  agent: string;
  reviewer: string;
  form: string;
}

const KEY = ["reviews"];

export function useReviews(filter: Partial<ReviewFilter>, enabled = true) {
  return useInfiniteQuery({
    queryKey: [...KEY, "list", filter],
    queryFn: ({ pageParam }) => ask("GET /api/reviews", { query: { ...filter, cursor: pageParam } }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
    enabled,
  });
}

/** Where it is the agent's turn. */
const UNANSWERED = ["published", "upheld", "changed"] as const;
const AGAIN_MS = 60_000;

/** The reviews of an agent that wait for their answer. */
export function useUnanswered(agent: string) {
  return useQuery({
    queryKey: [...KEY, "list", "unanswered", agent],
    queryFn: async () => {
      const pages = await Promise.all(UNANSWERED.map((state) => ask("GET /api/reviews", { query: { agent, state } })));
      return pages.flatMap((page) => page.reviews);
    },
    refetchInterval: AGAIN_MS,
  });
}

export function useReview(id: string) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: () => ask("GET /api/reviews/{review_id}", { path: { review_id: id } }),
    // What is being typed must not be replaced under the reviewer's hands.
    refetchOnWindowFocus: false,
    gcTime: 0,
  });
}

export function useReviewedCall(id: string) {
  return useQuery({
    queryKey: ["reviewed-call", id],
    queryFn: () => ask("GET /api/reviews/{review_id}/call", { path: { review_id: id } }),
  });
}

export type NewReview = NewReviewShape;

export function useBegin() {
  return useMutation({
    mutationFn: (wanted: NewReview) => ask("POST /api/reviews", { body: wanted }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [...KEY, "list"] }),
  });
}

export function saveDraft(id: number, version: number, draft: Draft): Promise<Review> {
  return ask("PUT /api/reviews/{review_id}", { path: { review_id: id }, body: { version, ...draft } });
}

export function useDiscard(id: number) {
  return useMutation({
    mutationFn: (version: number) =>
      ask("DELETE /api/reviews/{review_id}", { path: { review_id: id }, query: { version } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [...KEY, "list"] }),
  });
}

/** A step, with the words and answers that it needs. */
export type Taken =
  | ({ path: "publish" | "acknowledge" | "appeal" } & QualityStepShape)
  | ({ path: "decision" } & QualityDecisionShape);

export function useTake(id: number) {
  return useMutation({
    mutationFn: (taken: Taken) => {
      const path = { review_id: id };
      if (taken.path === "decision") {
        const { path: _, ...body } = taken;
        return ask("POST /api/reviews/{review_id}/decision", { path, body });
      }
      const { path: step, ...body } = taken;
      return ask(`POST /api/reviews/{review_id}/${step}`, { path, body });
    },
    onSuccess: (review) => {
      queryClient.setQueryData([...KEY, String(id)], review);
      return queryClient.invalidateQueries({ queryKey: [...KEY, "list"] });
    },
  });
}
