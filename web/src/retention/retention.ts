/** What is asked and told about tags, holds, rules and deletions. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { RetentionRule as Rule, Scope } from "../api/described";
import { queryClient } from "../api/queries";
import type { Instant } from "../api/shapes";

export type {
  CallHold as Hold,
  CallRetention as Kept,
  DueByRule as DueRule,
  DueCounted as Counted,
  RetentionRule as Rule,
  Scope,
} from "../api/described";

export const SCOPES = ["tag", "list", "queue", "all"] as const;

export interface OfCall {
  recording_id: number;
  pbx: string;
  call_id: string;
  number: string | null;
  began_at: Instant | null;
  bytes: number;
}

export type DeletionFilter = { number: string; scope: Scope | "" };

const KEY = ["retention"];
const changed = () => queryClient.invalidateQueries({ queryKey: KEY });

export function useKept(pbx: string, callId: string) {
  return useQuery({
    queryKey: [...KEY, "call", pbx, callId],
    queryFn: () => ask("GET /api/calls/{pbx}/{call_id}/retention", { path: { pbx, call_id: callId } }),
  });
}

export function useKnownTags(isWanted: boolean) {
  return useQuery({
    queryKey: [...KEY, "tags"],
    queryFn: () => ask("GET /api/call-tags"),
    enabled: isWanted,
  });
}

/** Puts tags on a call, and takes them off. */
export function useTag(pbx: string, callId: string) {
  return useMutation({
    mutationFn: ({ tag, isOn }: { tag: string; isOn: boolean }) =>
      isOn
        ? ask("POST /api/calls/{pbx}/{call_id}/tags", { path: { pbx, call_id: callId }, body: { tag } })
        : ask("DELETE /api/calls/{pbx}/{call_id}/tags/{tag}", { path: { pbx, call_id: callId, tag } }),
    onSettled: changed,
  });
}

export function usePlaceHold(pbx: string, callId: string) {
  return useMutation({
    mutationFn: (reason: string) =>
      ask("POST /api/calls/{pbx}/{call_id}/holds", { path: { pbx, call_id: callId }, body: { reason } }),
    onSettled: changed,
  });
}

export function useEndHold(holdId: number) {
  return useMutation({
    mutationFn: (reason: string) =>
      ask("POST /api/holds/{hold_id}/end", { path: { hold_id: holdId }, body: { reason } }),
    onSettled: changed,
  });
}

export function useHolds() {
  return useQuery({ queryKey: [...KEY, "holds"], queryFn: () => ask("GET /api/holds") });
}

export function useRules() {
  return useQuery({
    queryKey: [...KEY, "rules"],
    queryFn: () => ask("GET /api/retention/rules"),
  });
}

/** Makes a rule, or gives one other days. */
export function useSaveRule(rule: Rule | null) {
  return useMutation({
    mutationFn: (fields: { scope: Scope; subject: string; days: number }) =>
      rule === null
        ? ask("POST /api/retention/rules", { body: fields })
        : ask("PATCH /api/retention/rules/{rule_id}", { path: { rule_id: rule.id }, body: { days: fields.days } }),
    onSuccess: changed,
  });
}

export function useDeleteRule(rule: Rule) {
  return useMutation({
    mutationFn: () => ask("DELETE /api/retention/rules/{rule_id}", { path: { rule_id: rule.id } }),
    onSettled: changed,
  });
}

export function useDue() {
  return useQuery({ queryKey: [...KEY, "due"], queryFn: () => ask("GET /api/retention/due") });
}

export function useDueRecordings(rule: number | null) {
  return useInfiniteQuery({
    queryKey: [...KEY, "due", rule],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => ask("GET /api/retention/due/recordings", { query: { rule, cursor: pageParam } }),
    getNextPageParam: (page) => page.next,
  });
}

export function useDeletions(filter: DeletionFilter) {
  return useInfiniteQuery({
    queryKey: [...KEY, "deletions", filter],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => ask("GET /api/retention/deletions", { query: { ...filter, cursor: pageParam } }),
    getNextPageParam: (page) => page.next,
  });
}
