/** What is asked and told about sampling plans. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { ReviewPlan as Plan, PlanRules as Rules } from "../api/described";
import { queryClient } from "../api/queries";
import type { Seconds } from "../api/shapes";
import { INBOX } from "./inbox";

export type { PlanRules as Rules, ReviewPlan as Plan, ReviewPlans as Plans } from "../api/described";

export interface PlanContent {
  name: string;
  form_id: number;
  agents: string[];
  teams: string[];
  queues: string[];
  lists: number[];
  period: "week" | "month";
  per_agent: number;
  min_talk_seconds: Seconds;
  rules: Rules;
  reviewers: { username: string; target: number }[];
  claim_hours: number;
}

export const NEW_PLAN: PlanContent = {
  name: "",
  form_id: 0,
  agents: [],
  teams: [],
  queues: [],
  lists: [],
  period: "month",
  per_agent: 4,
  min_talk_seconds: 30,
  rules: {
    long_seconds: null,
    talk_over_seconds: null,
    survey_score: null,
    complaints: false,
    new_agents: null,
    share: null,
  },
  reviewers: [],
  claim_hours: 24,
};

const KEY = ["review-plans"];

export function contentOf(plan: Plan): PlanContent {
  const { id: _id, active_since: _since, progress: _progress, ...rest } = plan;
  const names = Object.keys(NEW_PLAN) as (keyof PlanContent)[];
  return Object.fromEntries(names.map((name) => [name, rest[name]])) as unknown as PlanContent;
}

export function usePlans() {
  return useQuery({
    queryKey: KEY,
    queryFn: () => ask("GET /api/review-plans"),
    refetchInterval: 30_000,
  });
}

export function useSavePlan(plan: Plan | null) {
  return useMutation({
    mutationFn: (content: PlanContent) =>
      plan === null
        ? ask("POST /api/review-plans", { body: content })
        : ask("PUT /api/review-plans/{plan_id}", { path: { plan_id: plan.id }, body: content }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

/** Switches a plan on, or pauses it. */
export function useSwitchPlan(plan: Plan) {
  return useMutation({
    mutationFn: () =>
      ask(`POST /api/review-plans/{plan_id}/${plan.active_since === null ? "start" : "pause"}`, {
        path: { plan_id: plan.id },
      }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: INBOX });
      return queryClient.invalidateQueries({ queryKey: KEY });
    },
  });
}

export function usePlanPreview(id: number, period: "this" | "last") {
  return useQuery({
    queryKey: [...KEY, id, "preview", period],
    queryFn: () => ask("GET /api/review-plans/{plan_id}/preview", { path: { plan_id: id }, query: { period } }),
    staleTime: 0,
  });
}
