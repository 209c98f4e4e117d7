/** What is asked and told about exports of recordings. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { addressOf, ask } from "../api/client";
import type { RecordingExport } from "../api/described";
import { queryClient } from "../api/queries";
import type { Asked } from "../calls/search";
import type { Language } from "../i18n";

export type { ExportEstimate as Estimate, RecordingExport } from "../api/described";

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

export function isUnderWay({ state }: RecordingExport): boolean {
  return state === "waiting" || state === "running";
}

/** How much of an export is packed or left out, 0 to 1. */
export function shareDone({ packed, left_out, recordings }: RecordingExport): number {
  return recordings > 0 ? (packed + left_out) / recordings : 0;
}

/** Where the file of an export is. */
export function fileOf({ id }: RecordingExport): string {
  return addressOf("GET /api/recording-exports/{export_id}/file", { path: { export_id: id } });
}

/** The latest exports, newest first. */
export function useExports() {
  return useQuery({
    queryKey: [...KEY, "latest"],
    queryFn: () => ask("GET /api/recording-exports", { query: { limit: MOST_SHOWN } }),
    refetchInterval: ({ state }) => (state.data?.exports.some(isUnderWay) ? AGAIN_MS : LATER_MS),
    select: (told) => told.exports,
  });
}

/** How much there is to export. */
export function useEstimate(search: Asked) {
  return useQuery({
    queryKey: [...KEY, "estimate", search],
    queryFn: () => ask("GET /api/recording-exports/estimate", { query: search }),
    staleTime: 0,
  });
}

export function useOrderExport() {
  return useMutation({
    mutationFn: (order: Order) => ask("POST /api/recording-exports", { body: order }),
    onSuccess: changed,
  });
}

export function useCancelExport({ id }: RecordingExport) {
  return useMutation({
    mutationFn: () => ask("POST /api/recording-exports/{export_id}/cancel", { path: { export_id: id } }),
    onSettled: changed,
  });
}

export function useDeleteExport({ id }: RecordingExport) {
  return useMutation({
    mutationFn: () => ask("DELETE /api/recording-exports/{export_id}", { path: { export_id: id } }),
    onSettled: changed,
  });
}
