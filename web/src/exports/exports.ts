/** What is asked and told about exports of recordings. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant, Seconds } from "../api/shapes";
import type { Asked } from "../calls/search";
import type { Language } from "../i18n";

export type ExportState = "waiting" | "running" | "done" | "failed" | "cancelled" | "deleted" | "expired";

export interface RecordingExport {
  id: number;
  state: ExportState;
  search: Asked;
  reason: string;
  by: string;
  asked_at: Instant;
  ended_at: Instant | null;
  expires_at: Instant | null;
  ended_by: string;
  calls: number;
  recordings: number;
  packed: number;
  left_out: number;
  expected_bytes: number;
  bytes: number;
  detail: string;
}
export interface Estimate {
  calls: number;
  recordings: number;
  deleted: number;
  bytes: number;
  seconds: Seconds;
  most_recordings: number;
  days: number;
}
export interface Order {
  search: Asked;
  reason: string;
  language: Language;
}

const KEY = ["recording exports"];
const MOST_SHOWN = 100;
/** How soon to look again while one is being packed, and else: others export, too. */
const AGAIN_MS = 1000;
const LATER_MS = 30_000;
const changed = () => queryClient.invalidateQueries({ queryKey: KEY });
const pathOf = (id: number) => `/api/recording-exports/${id}`;

export function isUnderWay({ state }: RecordingExport): boolean {
  return state === "waiting" || state === "running";
}

/** How much of an export is packed or left out, 0 to 1. */
export function shareDone({ packed, left_out, recordings }: RecordingExport): number {
  return recordings > 0 ? (packed + left_out) / recordings : 0;
}

/** Where the file of an export is. */
export function fileOf({ id }: RecordingExport): string {
  return `${pathOf(id)}/file`;
}

/** The latest exports, newest first. */
export function useExports() {
  return useQuery({
    queryKey: [...KEY, "latest"],
    queryFn: () =>
      request<{ exports: RecordingExport[] }>("GET", `/api/recording-exports${query({ limit: MOST_SHOWN })}`),
    refetchInterval: ({ state }) => (state.data?.exports.some(isUnderWay) ? AGAIN_MS : LATER_MS),
    select: (told) => told.exports,
  });
}

/** How much there is to export. */
export function useEstimate(search: Asked) {
  return useQuery({
    queryKey: [...KEY, "estimate", search],
    queryFn: () => request<Estimate>("GET", `/api/recording-exports/estimate${query(search)}`),
    staleTime: 0,
  });
}

export function useOrderExport() {
  return useMutation({
    mutationFn: (order: Order) => request<RecordingExport>("POST", "/api/recording-exports", order),
    onSuccess: changed,
  });
}

export function useCancelExport({ id }: RecordingExport) {
  return useMutation({ mutationFn: () => request("POST", `${pathOf(id)}/cancel`), onSettled: changed });
}

export function useDeleteExport({ id }: RecordingExport) {
  return useMutation({ mutationFn: () => request("DELETE", pathOf(id)), onSettled: changed });
}
