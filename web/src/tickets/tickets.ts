/** What is asked and told about tickets (docs/api.md, Tickets). */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant } from "../api/shapes";

export const STATES = ["open", "waiting", "closed"] as const;
export type State = (typeof STATES)[number];
export const OUTCOMES = ["solved", "partly_solved", "not_solved", "unfounded", "withdrawn"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type EscalatedTo = "team_leader" | "supervisor" | "admin";

/** What somebody writes down of a ticket, as it is sent. */
export interface TicketContent {
  type: string;
  subject: string;
  note: string;
  state: "open" | "waiting";
  customer_id: number | null;
  caller_number: string;
  owner_agent: string;
  owner_user: string;
  team: string;
  due_at: Instant | null;
}
export interface Named {
  id: number;
  ticket: string;
}
export interface Ticket extends Omit<TicketContent, "state">, Named {
  state: State;
  queue: string;
  is_complaint: boolean;
  is_overdue: boolean;
  next_due_at: Instant | null;
  escalation_level: number;
  escalated_to: EscalatedTo | "";
  customer: { id: number; name: string; level: string } | null;
  version: number;
  created_at: Instant;
  created_by: string;
  changed_by: string;
  closed_at: Instant | null;
  closed_by: string;
  outcome: Outcome | "";
  result: string;
  merged_into: Named | null;
}
export interface Step {
  id: number;
  text: string;
  agent_number: string;
  due_at: Instant | null;
  done_at: Instant | null;
  done_by: string;
  of: string;
}
export interface TicketCall {
  pbx: string;
  call_id: string;
  added_at: Instant;
  added_by: string;
  of: string;
}
export type What =
  | "opened"
  | "changed"
  | "step_added"
  | "step_changed"
  | "call_added"
  | "escalated"
  | "closed"
  | "reopened"
  | "merged"
  | "unmerged"
  | "callback_raised";
export interface Change {
  id: number;
  what: What;
  details: Record<string, unknown>;
  at: Instant;
  by: string;
  of: string;
}
export interface Callback {
  list: { id: string; name: string };
  number: string;
  raised_at: Instant;
  due_at: Instant | null;
  state: "open" | "offered" | "in_air" | "asking" | "reached" | "closed" | "erased";
  attempts: {
    placed_at: Instant;
    outcome: string | null;
    agent_number: string;
    result: string | null;
    note: string;
  }[];
}
export interface WholeTicket extends Ticket {
  merged: (Named & { subject: string; merged_at: Instant; merged_by: string })[];
  steps: Step[];
  calls: TicketCall[];
  changes: Change[];
  callbacks: Callback[];
}
export interface OwnCall {
  pbx: string;
  call_id: string;
}
/** What came of opening one: the ticket, or the open ones of the same customer. */
export interface Opened {
  ticket: WholeTicket | null;
  repeats: Ticket[];
}
export interface Backlog {
  team: string;
  open: number;
  waiting: number;
  overdue: number;
  escalated: number;
  oldest_at: Instant;
}
export interface Filter {
  search: string;
  state: string;
  type: string;
  team: string;
  owner: string;
  /** "1": only what is late, "up": only what was escalated. */
  late: string;
}

const PAGE_SIZE = 50;
const KEY = ["tickets"] as const;
const TICKET = /^\s*[tT]-?\d+\s*$/;
export const refreshTickets = () => queryClient.invalidateQueries({ queryKey: KEY });
const pathOf = (id: number) => `/api/tickets/${id}`;

/** What is asked for by a filter: a ticket by its number, or those of a caller; without a state all that are not closed. */
export function wanted({ search, state, late, ...rest }: Filter) {
  const typed = search.trim();
  const isTicket = TICKET.test(typed);
  const isAny = state === "any" || typed !== "";
  return {
    ...rest,
    ticket: isTicket ? typed : "",
    number: isTicket ? "" : typed,
    state: isAny || state === "unfinished" ? "" : state,
    is_unfinished: !isAny && (state === "" || state === "unfinished") ? true : null,
    is_overdue: late === "1" ? true : null,
    is_escalated: late === "up" ? true : null,
  };
}

export function useTickets(filter: Filter) {
  return useInfiniteQuery({
    queryKey: [...KEY, "page", filter],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      request<{ tickets: Ticket[]; next: number | null }>(
        "GET",
        `/api/tickets${query({ ...wanted(filter), cursor: pageParam, limit: PAGE_SIZE })}`,
      ),
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
}

export function useTicket(id: number) {
  return useQuery({ queryKey: [...KEY, id], queryFn: () => request<WholeTicket>("GET", pathOf(id)) });
}

/** The ticket that somebody names by its number; `null` where there is none. */
export function useTicketNamed(typed: string) {
  return useQuery({
    queryKey: [...KEY, "named", typed],
    queryFn: async () =>
      (await request<{ tickets: Ticket[] }>("GET", `/api/tickets${query({ ticket: typed })}`)).tickets[0] ?? null,
    enabled: typed.trim() !== "",
  });
}

export function useBacklog() {
  return useQuery({
    queryKey: [...KEY, "backlog"],
    queryFn: async () => (await request<{ teams: Backlog[] }>("GET", "/api/ticket-backlog")).teams,
  });
}

/** The open tickets of whom the call at the own seat is with. */
export function usePop(call: OwnCall | null) {
  return useQuery({
    queryKey: [...KEY, "pop", call?.pbx, call?.call_id],
    queryFn: () => request<{ number: string; tickets: Ticket[] }>("GET", `/api/ticket-pop${query({ ...call })}`),
    enabled: call !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

function useChanging<Sent, Told>(send: (sent: Sent) => Promise<Told>) {
  return useMutation({ mutationFn: send, onSuccess: refreshTickets });
}

export const useOpenTicket = (call: OwnCall | null) =>
  useChanging(({ ticket, isNew }: { ticket: TicketContent; isNew: boolean }) =>
    request<Opened>("POST", "/api/tickets", { ticket, call, is_new: isNew }),
  );

export const useSaveTicket = (id: number) =>
  useChanging((sent: { ticket: TicketContent; version: number }) => request<WholeTicket>("PUT", pathOf(id), sent));

export const useAddCall = () =>
  useChanging(({ id, call }: { id: number; call: OwnCall }) =>
    request<WholeTicket>("POST", `${pathOf(id)}/calls`, call),
  );

export interface SentStep {
  text: string;
  agent_number: string;
  due_at: Instant | null;
  is_done: boolean;
}

export const useSaveStep = (id: number) =>
  useChanging(({ step, ...sent }: SentStep & { step: number | null }) =>
    step === null
      ? request<Step>("POST", `${pathOf(id)}/steps`, sent)
      : request<Step>("PUT", `${pathOf(id)}/steps/${step}`, sent),
  );

export const useClose = (of: Ticket) =>
  useChanging((sent: { outcome: Outcome; result: string }) =>
    request<WholeTicket>("POST", `${pathOf(of.id)}/close`, { version: of.version, ...sent }),
  );

export const useReopen = (of: Ticket) =>
  useChanging((why: string) => request<WholeTicket>("POST", `${pathOf(of.id)}/reopen`, { version: of.version, why }));

export const useMergeTicket = (of: Ticket) =>
  useChanging((other: Ticket) =>
    request<WholeTicket>("POST", `${pathOf(of.id)}/merges`, {
      version: of.version,
      other_id: other.id,
      other_version: other.version,
    }),
  );

export const useUnmerge = () => useChanging((id: number) => request<WholeTicket>("POST", `${pathOf(id)}/unmerge`));
