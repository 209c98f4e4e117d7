/** What is asked and told about reviews. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Conversation, Hold, Instant, Recording } from "../api/shapes";
import type { Answers, Section, Words } from "./building";
import type { Score } from "./forms";
import type { Draft, Remark } from "./reviewing";

export const REVIEW_STATES = ["draft", "published", "acknowledged", "appealed", "upheld", "changed", "closed"] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];
export type ReviewStep = "begin" | "discard" | "publish" | "acknowledge" | "appeal" | "uphold" | "change";

export interface ReviewLine {
  id: number;
  pbx: string;
  call_id: string;
  agent_number: string;
  agent_name: string;
  talked_at: Instant;
  form_id: number;
  form_name: Words;
  reviewer: string;
  version: number;
  state: ReviewState;
  total: number | null;
  has_passed: boolean | null;
  pass_score: number | null;
  created_at: Instant;
  published_at: Instant | null;
  appeal_until: Instant | null;
}

export interface TakenStep {
  at: Instant;
  step: ReviewStep;
  username: string;
  comment: string;
  state: ReviewState;
  answers: Answers | null;
  score: number | null;
}

/** What is being scored by a form: a review, or one's own part of a calibration. */
export interface Written extends Draft {
  version: number;
  form_name: Words;
  sections: Section[];
  score: Score;
  has_passed: boolean | null;
  pass_score: number | null;
}

export interface Review extends ReviewLine, Written {
  notes: Record<string, Remark>;
  asked: string[];
  steps: TakenStep[];
  /** What this user may do with it now. */
  may: ReviewStep[];
}

/** The part of a call that a review is about, to be heard. */
export interface ReviewedCall {
  number: string;
  started_at: Instant;
  conversations: Conversation[];
  holds: Hold[];
  recordings: Recording[];
}

export interface ReviewFilter {
  state: string;
  agent: string;
  reviewer: string;
  form: string;
}

const KEY = ["reviews"];
const pathOf = (id: number | string) => `/api/reviews/${encodeURIComponent(id)}`;

export function useReviews(filter: Partial<ReviewFilter>, enabled = true) {
  return useInfiniteQuery({
    queryKey: [...KEY, "list", filter],
    queryFn: ({ pageParam }) =>
      request<{ reviews: ReviewLine[]; next: number | null }>(
        "GET",
        `/api/reviews${query({ ...filter, cursor: pageParam })}`,
      ),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
    enabled,
  });
}

export function useReview(id: string) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: () => request<Review>("GET", pathOf(id)),
    // What is being typed must not be replaced under the reviewer's hands.
    refetchOnWindowFocus: false,
    gcTime: 0,
  });
}

export function useReviewedCall(id: string) {
  return useQuery({
    queryKey: ["reviewed-call", id],
    queryFn: () => request<ReviewedCall>("GET", `${pathOf(id)}/call`),
  });
}

export interface NewReview {
  pbx: string;
  call_id: string;
  agent_number: string;
  form_id: number;
  assignment_id: number | null;
}

export function useBegin() {
  return useMutation({
    mutationFn: (wanted: NewReview) => request<Review>("POST", "/api/reviews", wanted),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [...KEY, "list"] }),
  });
}

export function saveDraft(id: number, version: number, draft: Draft): Promise<Review> {
  return request<Review>("PUT", pathOf(id), { version, ...draft });
}

export function useDiscard(id: number) {
  return useMutation({
    mutationFn: (version: number) => request<void>("DELETE", `${pathOf(id)}?version=${version}`),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [...KEY, "list"] }),
  });
}

/** What follows `/api/reviews/{id}/`, with the words and answers that it needs. */
export interface Taken {
  path: "publish" | "acknowledge" | "appeal" | "decision";
  version: number;
  comment?: string;
  decision?: "upheld" | "changed";
  answers?: Answers;
}

export function useTake(id: number) {
  return useMutation({
    mutationFn: ({ path, ...body }: Taken) => request<Review>("POST", `${pathOf(id)}/${path}`, body),
    onSuccess: (review) => {
      queryClient.setQueryData([...KEY, String(id)], review);
      return queryClient.invalidateQueries({ queryKey: [...KEY, "list"] });
    },
  });
}
