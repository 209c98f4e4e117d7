/** What is asked and told about tags, holds, rules and deletions. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Deletion, Instant, RuleTold } from "../api/shapes";
import { callPath } from "../calls/path";

export const SCOPES = ["tag", "list", "queue", "all"] as const;
export type Scope = (typeof SCOPES)[number];

export interface Hold {
  id: number;
  pbx: string;
  call_id: string;
  number: string | null;
  started_at: Instant | null;
  at: Instant;
  by: string;
  reason: string;
  ended: { at: Instant; by: string; reason: string } | null;
}
export interface Kept {
  tags: { tag: string; at: Instant; by: string }[];
  is_held: boolean;
  rule: RuleTold | null;
  /** Null: for ever. */
  until: Instant | null;
  /** Only for who manages retention; newest first. */
  holds?: Hold[];
}
export interface Rule extends RuleTold {
  id: number;
  subject: string;
  created_at: Instant;
  created_by: string;
}
export interface Counted {
  calls: number;
  recordings: number;
  files: number;
  bytes: number;
}
export interface DueRule extends Counted, RuleTold {
  rule_id: number;
}
export interface DueSum extends Counted {
  at: Instant;
  by_rule: DueRule[];
  held: Counted;
  not_found: number;
}
export interface OfCall {
  recording_id: number;
  pbx: string;
  call_id: string;
  number: string | null;
  began_at: Instant | null;
  bytes: number;
}
export interface DueRecording extends OfCall, RuleTold {}
export interface Deleted extends OfCall, Deletion {
  id: number;
}
export type DeletionFilter = { number: string; scope: string };

const KEY = ["retention"];
const changed = () => queryClient.invalidateQueries({ queryKey: KEY });
const pathOf = (pbx: string, callId: string) => `/api${callPath(pbx, callId)}`;

export function useKept(pbx: string, callId: string) {
  return useQuery({
    queryKey: [...KEY, "call", pbx, callId],
    queryFn: () => request<Kept>("GET", `${pathOf(pbx, callId)}/retention`),
  });
}

export function useKnownTags(isWanted: boolean) {
  return useQuery({
    queryKey: [...KEY, "tags"],
    queryFn: () => request<{ tags: { tag: string; calls: number }[] }>("GET", "/api/call-tags"),
    enabled: isWanted,
  });
}

/** Puts tags on a call, and takes them off. */
export function useTag(pbx: string, callId: string) {
  return useMutation({
    mutationFn: ({ tag, isOn }: { tag: string; isOn: boolean }) =>
      isOn
        ? request("POST", `${pathOf(pbx, callId)}/tags`, { tag })
        : request("DELETE", `${pathOf(pbx, callId)}/tags/${encodeURIComponent(tag)}`),
    onSettled: changed,
  });
}

export function usePlaceHold(pbx: string, callId: string) {
  return useMutation({
    mutationFn: (reason: string) => request("POST", `${pathOf(pbx, callId)}/holds`, { reason }),
    onSettled: changed,
  });
}

export function useEndHold(holdId: number) {
  return useMutation({
    mutationFn: (reason: string) => request("POST", `/api/holds/${holdId}/end`, { reason }),
    onSettled: changed,
  });
}

export function useHolds() {
  return useQuery({ queryKey: [...KEY, "holds"], queryFn: () => request<{ holds: Hold[] }>("GET", "/api/holds") });
}

export function useRules() {
  return useQuery({
    queryKey: [...KEY, "rules"],
    queryFn: () => request<{ rules: Rule[] }>("GET", "/api/retention/rules"),
  });
}

/** Makes a rule, or gives one other days. */
export function useSaveRule(rule: Rule | null) {
  return useMutation({
    mutationFn: (fields: { scope: Scope; subject: string; days: number }) =>
      rule === null
        ? request("POST", "/api/retention/rules", fields)
        : request("PATCH", `/api/retention/rules/${rule.id}`, { days: fields.days }),
    onSuccess: changed,
  });
}

export function useDeleteRule(rule: Rule) {
  return useMutation({
    mutationFn: () => request("DELETE", `/api/retention/rules/${rule.id}`),
    onSettled: changed,
  });
}

export function useDue() {
  return useQuery({ queryKey: [...KEY, "due"], queryFn: () => request<DueSum>("GET", "/api/retention/due") });
}

export function useDueRecordings(rule: number | null) {
  return useInfiniteQuery({
    queryKey: [...KEY, "due", rule],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      request<{ recordings: DueRecording[]; next: number | null }>(
        "GET",
        `/api/retention/due/recordings${query({ rule, cursor: pageParam })}`,
      ),
    getNextPageParam: (page) => page.next,
  });
}

export function useDeletions(filter: DeletionFilter) {
  return useInfiniteQuery({
    queryKey: [...KEY, "deletions", filter],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      request<{ deletions: Deleted[]; next: number | null }>(
        "GET",
        `/api/retention/deletions${query({ ...filter, cursor: pageParam })}`,
      ),
    getNextPageParam: (page) => page.next,
  });
}
