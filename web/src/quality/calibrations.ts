/** What is asked and told about calibrations. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { Calibration, CalibrationLine, NewCalibrationShape } from "../api/described";
import { queryClient } from "../api/queries";
import type { Instant } from "../api/shapes";
import type { Draft } from "./reviewing";
import type { Written } from "./reviews";

export type {
  CalibratedItem as ItemResult,
  Calibration,
  CalibrationLine,
  CalibrationResult as Result,
} from "../api/described";

export type NewCalibration = NewCalibrationShape;

const REFRESH_MS = 15_000;
const KEY = ["calibrations"];

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
    queryFn: ({ pageParam }) => ask("GET /api/calibrations", { query: { cursor: pageParam } }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });
}

export function useCalibration(id: string) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: () => ask("GET /api/calibrations/{calibration_id}", { path: { calibration_id: id } }),
    // What is being typed must not be replaced under the reviewer's hands.
    refetchOnWindowFocus: false,
    refetchInterval: ({ state: { data } }) => (data && waits(data) ? REFRESH_MS : false),
    gcTime: 0,
  });
}

export function useCalibratedCall(id: string) {
  return useQuery({
    queryKey: ["calibrated-call", id],
    queryFn: () => ask("GET /api/calibrations/{calibration_id}/call", { path: { calibration_id: id } }),
  });
}

export function useCandidates() {
  return useQuery({
    queryKey: ["calibration-reviewers"],
    queryFn: () => ask("GET /api/calibrations/reviewers"),
  });
}

export function useOpenCalibration() {
  return useMutation({
    mutationFn: (wanted: NewCalibration) => ask("POST /api/calibrations", { body: wanted }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [...KEY, "list"] }),
  });
}

export async function saveScoring(id: number, version: number, draft: Draft): Promise<Written> {
  const saved = await ask("PUT /api/calibrations/{calibration_id}/scoring", {
    path: { calibration_id: id },
    body: { version, ...draft },
  });
  const written = writtenOf(saved);
  if (written === null) throw new Error("what was saved is not told");
  return written;
}

/** Has one's own scores stand, or closes it for all. */
export function useEndCalibration(id: number) {
  return useMutation({
    mutationFn: (end: { version: number } | "close") =>
      end === "close"
        ? ask("POST /api/calibrations/{calibration_id}/close", { path: { calibration_id: id } })
        : ask("POST /api/calibrations/{calibration_id}/scoring/finish", { path: { calibration_id: id }, body: end }),
    onSuccess: (calibration) => {
      queryClient.setQueryData([...KEY, String(id)], calibration);
      return queryClient.invalidateQueries({ queryKey: [...KEY, "list"] });
    },
  });
}
