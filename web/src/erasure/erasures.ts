/** What is asked and told about the erasure of a person. Numbers go in bodies: addresses are written into logs. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { CallDetail, Instant } from "../api/shapes";
import { callPath } from "../calls/path";

/** The kinds of data in the order in which they are erased (callcenter/erasure/steps.py), and what may go at the end. */
export const KINDS = [
  "exports",
  "clips",
  "recordings",
  "customers",
  "reviews",
  "hold_reasons",
  "records",
  "attempts",
  "targets",
  "deliveries",
  "imports",
  "requests",
  "audit",
  "others",
  "recording_names",
  "surveys",
  "conversations",
  "visits",
  "calls",
  "do_not_call",
] as const;
export type Kind = (typeof KINDS)[number];
export type Counts = Partial<Record<Kind, number>>;

export type Kept =
  | { kind: "held"; count: number; calls: { pbx: string; call_id: string }[] }
  | { kind: "do_not_call"; count: number }
  | { kind: "journal"; until: Instant }
  | { kind: "queue_log" };

export interface Earlier {
  id: number;
  at: Instant;
  reference: string;
  state: ErasureState;
}
export interface DryRun {
  /** As they were read, `+` and digits. */
  numbers: string[];
  counts: Counts;
  kept: Kept[];
  other_numbers: string[];
  in_call: boolean;
  erased: Earlier[];
}
export type ErasureState = "asked" | "running" | "done";
export interface Erasure extends Earlier {
  by: string;
  reason: string;
  step: Kind | "";
  steps_done: number;
  steps: number;
  /** Why it waits. */
  said: string;
  /** The last two digits of each number. */
  ends: string[];
  counts: Counts;
  kept: Kept[];
  ended_at: Instant | null;
}
export interface ErasureAlone extends Erasure {
  digests: string[];
}
export interface Wanted {
  numbers: string[];
  reason: string;
  reference: string;
  confirmation: string;
  removes_do_not_call: boolean;
}

const KEY = ["erasures"];
/** While an erasure is under way, it is asked how far it is. */
const AGAIN_MS = 1000;

/** The numbers that somebody typed, one a line. */
export function typedNumbers(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

/** What there is of each kind, as far as there is anything, in the order of the kinds. */
export function countedKinds(counts: Counts): [Kind, number][] {
  return KINDS.flatMap((kind): [Kind, number][] => (counts[kind] ? [[kind, counts[kind]]] : []));
}

/** The call that an erasure is begun from. */
export function useCallOf(pbx: string, callId: string) {
  return useQuery({
    queryKey: ["call", pbx, callId],
    queryFn: () => request<CallDetail>("GET", `/api${callPath(pbx, callId)}`),
    enabled: pbx !== "" && callId !== "",
  });
}

export function useDryRun() {
  return useMutation({
    mutationFn: (numbers: string[]) => request<DryRun>("POST", "/api/erasures/dry-run", { numbers }),
  });
}

export function useErase() {
  return useMutation({
    mutationFn: (wanted: Wanted) => request<{ id: number }>("POST", "/api/erasures", wanted),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

export function useErasures() {
  return useInfiniteQuery({
    queryKey: [...KEY, "all"],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      request<{ erasures: Erasure[]; next: number | null }>("GET", `/api/erasures${query({ cursor: pageParam })}`),
    getNextPageParam: (page) => page.next,
    staleTime: 0,
  });
}

export function useErasure(id: string) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: () => request<ErasureAlone>("GET", `/api/erasures/${encodeURIComponent(id)}`),
    refetchInterval: ({ state }) => state.data !== undefined && state.data.state !== "done" && AGAIN_MS,
  });
}
