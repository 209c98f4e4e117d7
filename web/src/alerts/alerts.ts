/** What is asked and told about alerts, their rules, and what leaves the house. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { AlertRule, AlertsNewRule, Delivery, NewWebhook, Wallboard } from "../api/described";
import { queryClient, useMay } from "../api/queries";

export type {
  AlertKind,
  AlertRecord as PastAlert,
  AlertRule,
  AlertWindow as RuleWindow,
  BoardAlertKind as KindWords,
  Delivery,
  Wallboard,
  Webhook,
} from "../api/described";

export type Measure = "seconds" | "count" | "share";
export type Scope = "all" | "team" | "queue";

export type RuleFields = Omit<AlertRule, "id" | "kind" | "is_shipped">;

export interface AlertFilter {
  state: "all" | "open" | "cleared";
  kind: string;
  severity: string;
  agent: string;
}

const refresh = (...keys: string[]) =>
  Promise.all(keys.map((key) => queryClient.invalidateQueries({ queryKey: [key] })));

export function useKinds() {
  return useQuery({
    enabled: useMay("see_alerts"),
    queryKey: ["alert-kinds"],
    queryFn: async () => (await ask("GET /api/alert-kinds")).kinds,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useRules() {
  return useQuery({
    queryKey: ["alert-rules"],
    queryFn: async () => (await ask("GET /api/alert-rules")).rules,
  });
}

export function useSaveRule() {
  return useMutation({
    mutationFn: (rule: AlertsNewRule | (Partial<RuleFields> & { id: number })) => {
      if (!("id" in rule)) return ask("POST /api/alert-rules", { body: rule });
      const { id, ...fields } = rule;
      return ask("PATCH /api/alert-rules/{rule_id}", { path: { rule_id: id }, body: fields });
    },
    onSuccess: () => refresh("alert-rules"),
  });
}

export function useDeleteRule() {
  return useMutation({
    mutationFn: (id: number) => ask("DELETE /api/alert-rules/{rule_id}", { path: { rule_id: id } }),
    onSuccess: () => refresh("alert-rules"),
  });
}

export function useTestRule() {
  return useMutation({
    mutationFn: (id: number) => ask("POST /api/alert-rules/{rule_id}/test", { path: { rule_id: id } }),
    onSuccess: () => refresh("deliveries"),
  });
}

export function useHistory(filter: AlertFilter) {
  return useInfiniteQuery({
    queryKey: ["alerts", filter],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => ask("GET /api/alerts", { query: { ...filter, cursor: pageParam } }),
    getNextPageParam: (page) => page.next,
  });
}

export function useAcknowledge() {
  return useMutation({
    mutationFn: ({ id, note }: { id: string; note: string }) =>
      ask("POST /api/alerts/{alert_id}/acknowledge", { path: { alert_id: id }, body: { note } }),
    onSuccess: () => refresh("alerts"),
  });
}

export function useWebhooks() {
  return useQuery({
    queryKey: ["webhooks"],
    queryFn: () => ask("GET /api/webhooks"),
  });
}

export function useSaveWebhook() {
  return useMutation({
    mutationFn: (webhook: NewWebhook | (Partial<NewWebhook> & { id: number })) => {
      if (!("id" in webhook)) return ask("POST /api/webhooks", { body: webhook });
      const { id, ...fields } = webhook;
      return ask("PATCH /api/webhooks/{webhook_id}", { path: { webhook_id: id }, body: fields });
    },
    onSuccess: () => refresh("webhooks"),
  });
}

/** Sends a test, or takes the webhook away. */
export function useWebhookAction() {
  return useMutation({
    mutationFn: async ({ id, action }: { id: number; action: "test" | "delete" }) => {
      const path = { webhook_id: id };
      if (action === "delete") await ask("DELETE /api/webhooks/{webhook_id}", { path });
      else await ask("POST /api/webhooks/{webhook_id}/test", { path });
    },
    onSuccess: () => refresh("webhooks", "deliveries"),
  });
}

export function useRenewSecret() {
  return useMutation({
    mutationFn: (id: number) => ask("POST /api/webhooks/{webhook_id}/secret", { path: { webhook_id: id } }),
    onSuccess: () => refresh("webhooks"),
  });
}

export function useDeliveries(state: Delivery["state"] | "") {
  return useInfiniteQuery({
    queryKey: ["deliveries", state],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => ask("GET /api/deliveries", { query: { state, cursor: pageParam } }),
    getNextPageParam: (page) => page.next,
    refetchInterval: 5000,
  });
}

export function useDelivery(id: number) {
  return useQuery({
    queryKey: ["deliveries", "one", id],
    queryFn: () => ask("GET /api/deliveries/{row_id}", { path: { row_id: id } }),
  });
}

export function useReplay() {
  return useMutation({
    mutationFn: (id: number) => ask("POST /api/deliveries/{row_id}/replay", { path: { row_id: id } }),
    onSuccess: () => refresh("deliveries"),
  });
}

export function useMail() {
  return useQuery({
    queryKey: ["mail"],
    queryFn: () => ask("GET /api/mail"),
  });
}

export function useTestMail() {
  return useMutation({
    mutationFn: (to: string) => ask("POST /api/mail/test", { body: { to } }),
    onSuccess: () => refresh("deliveries"),
  });
}

export function useWallboards() {
  return useQuery({
    queryKey: ["wallboards"],
    queryFn: async () => (await ask("GET /api/wallboards")).wallboards,
  });
}

export function useAddWallboard() {
  return useMutation({
    mutationFn: (fields: Pick<Wallboard, "name" | "queues" | "shows_agents" | "expires_at">) =>
      ask("POST /api/wallboards", { body: fields }),
    onSuccess: () => refresh("wallboards"),
  });
}

export function useRenewLink() {
  return useMutation({
    mutationFn: (id: number) => ask("POST /api/wallboards/{board_id}/link", { path: { board_id: id } }),
    onSuccess: () => refresh("wallboards"),
  });
}

export function useDeleteWallboard() {
  return useMutation({
    mutationFn: (id: number) => ask("DELETE /api/wallboards/{board_id}", { path: { board_id: id } }),
    onSuccess: () => refresh("wallboards"),
  });
}
