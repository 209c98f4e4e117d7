/** What is asked and told about review forms. */

import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { ReviewForm, ReviewScore } from "../api/described";
import { queryClient } from "../api/queries";
import { useLanguage } from "../i18n";
import type { Answers, Section, Words } from "./building";

export type { ReviewEarned as Earned, ReviewForm } from "../api/described";

export interface FormContent {
  name: Words;
  sections: Section[];
}

export type Score = ReviewScore;

const KEY = ["review-forms"];

export function useReviewForms() {
  return useQuery({ queryKey: KEY, queryFn: () => ask("GET /api/review-forms") });
}

export function useReviewForm(id: string) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: () => ask("GET /api/review-forms/{form_id}", { path: { form_id: id } }),
  });
}

/** Makes a form, or the next version of one. */
export function useSaveReviewForm(form: ReviewForm | null) {
  return useMutation({
    mutationFn: (content: FormContent) =>
      form === null
        ? ask("POST /api/review-forms", { body: content })
        : ask("PUT /api/review-forms/{form_id}", {
            path: { form_id: form.id },
            body: { ...content, version: form.version },
          }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

export function useRetire(form: ReviewForm) {
  const method = form.retired_at === null ? "POST" : "DELETE";
  return useMutation({
    mutationFn: () => ask(`${method} /api/review-forms/{form_id}/retire`, { path: { form_id: form.id } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

/** What these answers score; the last score stays while the next is on its way. */
export function useScore(content: FormContent, answers: Answers, isReady: boolean) {
  const asked = { ...content, answers };
  return useQuery({
    queryKey: ["review-score", JSON.stringify(asked)],
    queryFn: () => ask("POST /api/review-forms/score", { body: asked }),
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
