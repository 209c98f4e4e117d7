/** What is asked and told about sampling plans. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant, Seconds } from "../api/shapes";
import { INBOX, type Why } from "./inbox";

export interface Rules {
  long_seconds: Seconds | null;
  talk_over_seconds: Seconds | null;
  /** The caller gave at most so much in the survey after the call, of 5. */
  survey_score: number | null;
  complaints: boolean;
  new_agents: { days: number; calls: number } | null;
  /** Per cent. */
  share: number | null;
}

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

export interface Plan extends PlanContent {
  id: number;
  /** Null: it is paused. */
  active_since: Instant | null;
  progress: {
    period: string;
    drawn: number;
    done: number;
    pool: number;
    reviewers: { username: string; target: number | null; open: number; done: number }[];
  };
}

export interface Plans {
  plans: Plan[];
  reviewers: { username: string; name: string }[];
  lists: { id: number; name: string }[];
}

export interface PlanPreview {
  period: string;
  since: Instant;
  until: Instant;
  drawn: number;
  agents: {
    agent_number: string;
    agent_name: string;
    conversations: number;
    assigned: number;
    drawn: number;
    why: Partial<Record<Why, number>>;
  }[];
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
    queryFn: () => request<Plans>("GET", "/api/review-plans"),
    refetchInterval: 30_000,
  });
}

export function useSavePlan(plan: Plan | null) {
  return useMutation({
    mutationFn: (content: PlanContent) =>
      plan === null
        ? request<Plan>("POST", "/api/review-plans", content)
        : request<Plan>("PUT", `/api/review-plans/${plan.id}`, content),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

/** Switches a plan on, or pauses it. */
export function useSwitchPlan(plan: Plan) {
  return useMutation({
    mutationFn: () =>
      request<Plan>("POST", `/api/review-plans/${plan.id}/${plan.active_since === null ? "start" : "pause"}`),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: INBOX });
      return queryClient.invalidateQueries({ queryKey: KEY });
    },
  });
}

export function usePlanPreview(id: number, period: "this" | "last") {
  return useQuery({
    queryKey: [...KEY, id, "preview", period],
    queryFn: () => request<PlanPreview>("GET", `/api/review-plans/${id}/preview?period=${period}`),
    staleTime: 0,
  });
}
