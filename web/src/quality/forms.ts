/** What is asked and told about review forms. */

import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant } from "../api/shapes";
import { useLanguage } from "../i18n";
import type { Answers, Section, Words } from "./building";

export interface FormContent {
  name: Words;
  sections: Section[];
}

export interface ReviewForm extends FormContent {
  id: number;
  shipped_as: string | null;
  retired_at: Instant | null;
  retired_by: string;
  version: number;
  created_at: Instant;
  /** Empty: it came with the server. */
  created_by: string;
}

export interface Earned {
  points: number;
  weight: number;
}

export interface Score {
  total: number | null;
  zeroed_by: string[];
  items: Record<string, Earned>;
  sections: Record<string, Earned>;
  asked: string[];
}

const KEY = ["review-forms"];
const pathOf = (id: number | string) => `/api/review-forms/${encodeURIComponent(id)}`;

export function useReviewForms() {
  return useQuery({ queryKey: KEY, queryFn: () => request<{ forms: ReviewForm[] }>("GET", "/api/review-forms") });
}

export function useReviewForm(id: string) {
  return useQuery({ queryKey: [...KEY, id], queryFn: () => request<ReviewForm>("GET", pathOf(id)) });
}

/** Makes a form, or the next version of one. */
export function useSaveReviewForm(form: ReviewForm | null) {
  return useMutation({
    mutationFn: (content: FormContent) =>
      form === null
        ? request<ReviewForm>("POST", "/api/review-forms", content)
        : request<ReviewForm>("PUT", pathOf(form.id), { ...content, version: form.version }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

export function useRetire(form: ReviewForm) {
  const method = form.retired_at === null ? "POST" : "DELETE";
  return useMutation({
    mutationFn: () => request<ReviewForm>(method, `${pathOf(form.id)}/retire`),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

/** What these answers score; the last score stays while the next is on its way. */
export function useScore(content: FormContent, answers: Answers, isReady: boolean) {
  const asked = { ...content, answers };
  return useQuery({
    queryKey: ["review-score", JSON.stringify(asked)],
    queryFn: () => request<Score>("POST", "/api/review-forms/score", asked),
    enabled: isReady,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
}

/** Words in the language of the page, else in the other. */
export function useWords(): (words: Words) => string {
  const language = useLanguage();
  return (words) => words[language].trim() || words.en.trim() || words.zh.trim();
}
