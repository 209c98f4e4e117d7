/** What is asked and told about calibrations. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant } from "../api/shapes";
import type { Answer, Section, Words } from "./building";
import type { Score } from "./forms";
import type { Draft } from "./reviewing";
import type { ReviewedCall, Written } from "./reviews";

export interface CalibrationLine {
  id: number;
  pbx: string;
  call_id: string;
  agent_number: string;
  agent_name: string;
  talked_at: Instant;
  form_name: Words;
  due_at: Instant;
  opened_at: Instant;
  opened_by: string;
  /** Null: it is open, and nobody is told what others gave. */
  closed_at: Instant | null;
  /** Empty: it closed by itself. */
  closed_by: string;
  reviewers: { username: string; has_scored: boolean }[];
  is_mine_to_score: boolean;
  may_close: boolean;
}

export interface ItemResult {
  item: string;
  given: Record<string, { answer: Answer | null; points: number | null }>;
  mean: number | null;
  spread: number | null;
  is_widest: boolean;
  is_split: boolean;
}

export interface Result {
  items: ItemResult[];
  reviewers: { username: string; total: number; is_zeroed: boolean; beside_others: number | null }[];
  mean: number | null;
  spread: number | null;
  alpha_points: number | null;
  alpha_yes_no: number | null;
  said: Record<string, Pick<Draft, "notes" | "comments">>;
}

export interface Calibration extends CalibrationLine {
  sections: Section[];
  scoring: (Draft & { version: number; done_at: Instant | null; score: Score }) | null;
  result: Result | null;
}

export interface NewCalibration {
  pbx: string;
  call_id: string;
  agent_number: string;
  form_id: number;
  reviewers: string[];
  due_at: Instant | null;
}

const REFRESH_MS = 15_000;
const KEY = ["calibrations"];
const pathOf = (id: number | string) => `/api/calibrations/${encodeURIComponent(id)}`;

/** How far a calibration is, for who looks at it. */
export function standing(one: CalibrationLine, now: Instant): "closed" | "mine" | "overdue" | "open" {
  if (one.closed_at !== null) return "closed";
  if (one.is_mine_to_score) return "mine";
  return now >= one.due_at ? "overdue" : "open";
}

/** One's own part as it is written; it has nothing to pass. */
export function writtenOf({ form_name, sections, scoring }: Calibration): Written | null {
  return scoring && { ...scoring, form_name, sections, has_passed: null, pass_score: null };
}

/** Whether somebody looks at it who waits for the others. */
function waits(one: CalibrationLine): boolean {
  return one.closed_at === null && !one.is_mine_to_score;
}

export function useCalibrations() {
  return useInfiniteQuery({
    queryKey: [...KEY, "list"],
    queryFn: ({ pageParam }) =>
      request<{ calibrations: CalibrationLine[]; next: number | null }>(
        "GET",
        `/api/calibrations${query({ cursor: pageParam })}`,
      ),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });
}

export function useCalibration(id: string) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: () => request<Calibration>("GET", pathOf(id)),
    // What is being typed must not be replaced under the reviewer's hands.
    refetchOnWindowFocus: false,
    refetchInterval: ({ state: { data } }) => (data && waits(data) ? REFRESH_MS : false),
    gcTime: 0,
  });
}

export function useCalibratedCall(id: string) {
  return useQuery({
    queryKey: ["calibrated-call", id],
    queryFn: () => request<ReviewedCall>("GET", `${pathOf(id)}/call`),
  });
}

export function useCandidates() {
  return useQuery({
    queryKey: ["calibration-reviewers"],
    queryFn: () => request<{ reviewers: { username: string; name: string }[] }>("GET", "/api/calibrations/reviewers"),
  });
}

export function useOpenCalibration() {
  return useMutation({
    mutationFn: (wanted: NewCalibration) => request<Calibration>("POST", "/api/calibrations", wanted),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [...KEY, "list"] }),
  });
}

export async function saveScoring(id: number, version: number, draft: Draft): Promise<Written> {
  const saved = await request<Calibration>("PUT", `${pathOf(id)}/scoring`, { version, ...draft });
  const written = writtenOf(saved);
  if (written === null) throw new Error("what was saved is not told");
  return written;
}

/** Has one's own scores stand, or closes it for all. */
export function useEndCalibration(id: number) {
  return useMutation({
    mutationFn: (end: { version: number } | "close") =>
      end === "close"
        ? request<Calibration>("POST", `${pathOf(id)}/close`)
        : request<Calibration>("POST", `${pathOf(id)}/scoring/finish`, end),
    onSuccess: (calibration) => {
      queryClient.setQueryData([...KEY, String(id)], calibration);
      return queryClient.invalidateQueries({ queryKey: [...KEY, "list"] });
    },
  });
}
