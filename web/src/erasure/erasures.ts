/** What is asked and told about the erasure of a person. Numbers go in bodies: addresses are written into logs. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { Erasure, ErasureShape as Wanted } from "../api/described";
import { queryClient } from "../api/queries";

export type {
  EarlierErasure as Earlier,
  Erasure,
  ErasureDryRun as DryRun,
  WholeErasure as ErasureAlone,
} from "../api/described";

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

export type Kept = Erasure["kept"][number];

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
    queryFn: () => ask("GET /api/calls/{pbx}/{call_id}", { path: { pbx, call_id: callId } }),
    enabled: pbx !== "" && callId !== "",
  });
}

export function useDryRun() {
  return useMutation({
    mutationFn: (numbers: string[]) => ask("POST /api/erasures/dry-run", { body: { numbers } }),
  });
}

export function useErase() {
  return useMutation({
    mutationFn: (wanted: Wanted) => ask("POST /api/erasures", { body: wanted }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

export function useErasures() {
  return useInfiniteQuery({
    queryKey: [...KEY, "all"],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => ask("GET /api/erasures", { query: { cursor: pageParam } }),
    getNextPageParam: (page) => page.next,
    staleTime: 0,
  });
}

export function useErasure(id: string) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: () => ask("GET /api/erasures/{erasure_id}", { path: { erasure_id: id } }),
    refetchInterval: ({ state }) => state.data !== undefined && state.data.state !== "done" && AGAIN_MS,
  });
}
