/** What is asked and told about alerts, their rules, and what leaves the house. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient, useMay } from "../api/queries";
import type { Alert, CallingWindow, Instant, Seconds, Severity } from "../api/shapes";

export type Measure = "seconds" | "count" | "share";
export type Scope = "all" | "team" | "queue";

export interface KindOption {
  default: number;
  least: number;
  most: number;
  measure: Measure;
  label_en: string;
  label_zh: string;
}
/** The words of a kind of rule: enough to say what an alert says. */
export interface KindWords {
  id: string;
  label_en: string;
  label_zh: string;
  told_en: string;
  told_zh: string;
  measure: Measure;
}
export interface AlertKind extends KindWords {
  text_en: string;
  text_zh: string;
  compares: "over" | "at_least" | "under";
  threshold: number;
  least: number;
  most: number;
  scopes: Scope[];
  severity: Severity;
  has_limits: boolean;
  is_lasting: boolean;
  options: Record<string, KindOption>;
}
export interface RuleWindow extends CallingWindow {
  threshold: number | null;
}
export interface RuleFields {
  is_enabled: boolean;
  severity: Severity;
  scope: Scope;
  names: string[];
  threshold: number;
  limits: Record<string, Seconds>;
  options: Record<string, number>;
  windows: RuleWindow[];
  raise_after_seconds: Seconds;
  clear_after_seconds: Seconds;
  clear_margin: number;
  sound: boolean;
  webhook: boolean;
  mail: string[];
}
export interface AlertRule extends RuleFields {
  id: number;
  kind: string;
  is_shipped: boolean;
}
export interface PastAlert extends Alert {
  cleared_at: Instant | null;
}
export interface AlertFilter {
  state: "all" | "open" | "cleared";
  kind: string;
  severity: string;
  agent: string;
}
export interface Webhook {
  id: number;
  name: string;
  url: string;
  kinds: string[];
  is_enabled: boolean;
  created_at: Instant;
  secret?: string;
}
export interface Delivery {
  id: number;
  delivery_id: string;
  channel: "mail" | "webhook";
  kind: string;
  destination: string;
  state: "waiting" | "sent" | "failed";
  created_at: Instant;
  due_at: Instant | null;
  sent_at: Instant | null;
  tries: number;
  said: string;
}
export interface DeliveryDetail {
  delivery: Delivery;
  content: string;
  tries: { began_at: Instant; seconds: Seconds; status: number | null; said: string }[];
}
export interface Wallboard {
  id: number;
  name: string;
  queues: string[];
  shows_agents: boolean;
  created_at: Instant;
  created_by: string;
  expires_at: Instant | null;
  last_used_at: Instant | null;
  token?: string;
}

const refresh = (...keys: string[]) =>
  Promise.all(keys.map((key) => queryClient.invalidateQueries({ queryKey: [key] })));

export function useKinds() {
  return useQuery({
    enabled: useMay("see_alerts"),
    queryKey: ["alert-kinds"],
    queryFn: async () => (await request<{ kinds: AlertKind[] }>("GET", "/api/alert-kinds")).kinds,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useRules() {
  return useQuery({
    queryKey: ["alert-rules"],
    queryFn: async () => (await request<{ rules: AlertRule[] }>("GET", "/api/alert-rules")).rules,
  });
}

export function useSaveRule() {
  return useMutation({
    mutationFn: ({ id, ...fields }: Partial<RuleFields> & { id?: number; kind?: string }) =>
      id === undefined
        ? request<AlertRule>("POST", "/api/alert-rules", fields)
        : request<AlertRule>("PATCH", `/api/alert-rules/${id}`, fields),
    onSuccess: () => refresh("alert-rules"),
  });
}

export function useDeleteRule() {
  return useMutation({
    mutationFn: (id: number) => request("DELETE", `/api/alert-rules/${id}`),
    onSuccess: () => refresh("alert-rules"),
  });
}

export function useTestRule() {
  return useMutation({
    mutationFn: (id: number) => request<{ webhooks: number; mails: number }>("POST", `/api/alert-rules/${id}/test`),
    onSuccess: () => refresh("deliveries"),
  });
}

export function useHistory(filter: AlertFilter) {
  return useInfiniteQuery({
    queryKey: ["alerts", filter],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      request<{ alerts: PastAlert[]; next: number | null }>(
        "GET",
        `/api/alerts${query({ ...filter, cursor: pageParam })}`,
      ),
    getNextPageParam: (page) => page.next,
  });
}

export function useAcknowledge() {
  return useMutation({
    mutationFn: ({ id, note }: { id: string; note: string }) =>
      request<PastAlert>("POST", `/api/alerts/${encodeURIComponent(id)}/acknowledge`, { note }),
    onSuccess: () => refresh("alerts"),
  });
}

export function useWebhooks() {
  return useQuery({
    queryKey: ["webhooks"],
    queryFn: () => request<{ webhooks: Webhook[]; kinds: string[] }>("GET", "/api/webhooks"),
  });
}

export function useSaveWebhook() {
  return useMutation({
    mutationFn: ({
      id,
      ...fields
    }: Partial<Pick<Webhook, "name" | "url" | "kinds" | "is_enabled">> & { id?: number }) =>
      id === undefined
        ? request<Webhook>("POST", "/api/webhooks", fields)
        : request<Webhook>("PATCH", `/api/webhooks/${id}`, fields),
    onSuccess: () => refresh("webhooks"),
  });
}

export function useWebhookAction() {
  return useMutation({
    mutationFn: ({ id, action }: { id: number; action: "test" | "secret" | "delete" }) =>
      action === "delete"
        ? request<Webhook>("DELETE", `/api/webhooks/${id}`)
        : request<Webhook>("POST", `/api/webhooks/${id}/${action}`),
    onSuccess: () => refresh("webhooks", "deliveries"),
  });
}

export function useDeliveries(state: string) {
  return useInfiniteQuery({
    queryKey: ["deliveries", state],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      request<{ deliveries: Delivery[]; next: number | null }>(
        "GET",
        `/api/deliveries${query({ state, cursor: pageParam })}`,
      ),
    getNextPageParam: (page) => page.next,
    refetchInterval: 5000,
  });
}

export function useDelivery(id: number) {
  return useQuery({
    queryKey: ["deliveries", "one", id],
    queryFn: () => request<DeliveryDetail>("GET", `/api/deliveries/${id}`),
  });
}

export function useReplay() {
  return useMutation({
    mutationFn: (id: number) => request("POST", `/api/deliveries/${id}/replay`),
    onSuccess: () => refresh("deliveries"),
  });
}

export function useMail() {
  return useQuery({
    queryKey: ["mail"],
    queryFn: () => request<{ is_set: boolean; sender: string }>("GET", "/api/mail"),
  });
}

export function useTestMail() {
  return useMutation({
    mutationFn: (to: string) => request("POST", "/api/mail/test", { to }),
    onSuccess: () => refresh("deliveries"),
  });
}

export function useWallboards() {
  return useQuery({
    queryKey: ["wallboards"],
    queryFn: async () => (await request<{ wallboards: Wallboard[] }>("GET", "/api/wallboards")).wallboards,
  });
}

export function useAddWallboard() {
  return useMutation({
    mutationFn: (fields: Pick<Wallboard, "name" | "queues" | "shows_agents" | "expires_at">) =>
      request<Wallboard>("POST", "/api/wallboards", fields),
    onSuccess: () => refresh("wallboards"),
  });
}

export function useWallboardAction() {
  return useMutation({
    mutationFn: ({ id, action }: { id: number; action: "link" | "delete" }) =>
      action === "delete"
        ? request<Wallboard>("DELETE", `/api/wallboards/${id}`)
        : request<Wallboard>("POST", `/api/wallboards/${id}/link`),
    onSuccess: () => refresh("wallboards"),
  });
}
