/** What is asked and told about tickets (docs/api.md, Tickets). */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { ask } from "../api/client";
import type {
  ContentShape,
  TicketsOutcome as Outcome,
  TicketsCallShape as OwnCall,
  Ticket,
  TicketsState,
  TicketsStepShape,
} from "../api/described";
import { queryClient } from "../api/queries";
import { useLive } from "../live/store";

export type {
  Ticket,
  TicketChange as Change,
  TicketOpened as Opened,
  TicketOwner as Owner,
  TicketStep as Step,
  TicketsCallShape as OwnCall,
  TicketsOutcome as Outcome,
  TicketsState as State,
  What,
  WholeTicket,
} from "../api/described";

/** What somebody writes down of a ticket, all of it. */
export type TicketContent = Required<ContentShape>;
export type SentStep = Required<TicketsStepShape>;

export const STATES = ["open", "waiting", "closed"] as const;

export const OUTCOMES = ["solved", "partly_solved", "not_solved", "unfounded", "withdrawn"] as const;

export type EscalatedTo = "team_leader" | "supervisor" | "admin";

export interface Filter {
  search: string;
  state: TicketsState | "any" | "unfinished" | "";
  type: string;
  team: string;
  owner: string;
  /** "1": only what is late, "up": only what was escalated. */
  late: string;
  /** "1": only what one owns oneself, or has a step to do in. */
  mine: string;
}

const PAGE_SIZE = 50;
const MINE = 200;
const MINE_AGAIN_MS = 60_000;
const KEY = ["tickets"] as const;
const TICKET = /^\s*[tT]-?\d+\s*$/;
export const refreshTickets = () => queryClient.invalidateQueries({ queryKey: KEY });

/** While tickets change all the time, an open page asks again this often at most. */
const AGAIN_MS = 5_000;

/** What is shown of tickets, or of this one, is asked for again when the live feed says that somebody changed it. */
export function useFreshTickets(id?: number) {
  const changedAt = useLive((live) =>
    Object.values(live.entities.tickets).reduce(
      (last, one) => (id === undefined || one.id === id ? Math.max(last, one.changed_at) : last),
      0,
    ),
  );
  const seen = useRef(changedAt);
  const askedAt = useRef(0);
  useEffect(() => {
    if (changedAt === seen.current) return;
    const ask = () => {
      seen.current = changedAt;
      askedAt.current = Date.now();
      void refreshTickets();
    };
    const timer = setTimeout(ask, Math.max(0, askedAt.current + AGAIN_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [changedAt]);
}

/** The users who may own a ticket. */
export function useOwners() {
  return useQuery({
    queryKey: ["ticket owners"],
    queryFn: async () => (await ask("GET /api/ticket-owners")).users,
  });
}

/**
 * What is asked for by a filter: a ticket by its number, or those of a caller. Without a state all that are not closed,
 * but what is typed is found in any state unless one is chosen.
 */
export function wanted({ search, state, late, mine, ...rest }: Filter) {
  const typed = search.trim();
  const isTicket = TICKET.test(typed);
  const isAny = state === "any" || (state === "" && typed !== "");
  return {
    ...rest,
    ticket: isTicket ? typed : "",
    number: isTicket ? "" : typed,
    state: state === "any" || state === "unfinished" ? ("" as const) : state,
    is_unfinished: !isAny && (state === "" || state === "unfinished") ? true : null,
    is_overdue: late === "1" ? true : null,
    is_escalated: late === "up" ? true : null,
    is_mine: mine === "1" ? true : null,
  };
}

export function useTickets(filter: Filter) {
  return useInfiniteQuery({
    queryKey: [...KEY, "page", filter],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      ask("GET /api/tickets", { query: { ...wanted(filter), cursor: pageParam, limit: PAGE_SIZE } }),
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
}

/** What waits for the one who is signed in, the most urgent first. */
export function useMyTickets() {
  return useQuery({
    queryKey: [...KEY, "mine"],
    queryFn: async () => {
      const { tickets } = await ask("GET /api/tickets", { query: { is_mine: true, is_unfinished: true, limit: MINE } });
      return tickets.sort((one, other) => (one.next_due_at ?? Infinity) - (other.next_due_at ?? Infinity));
    },
    refetchInterval: MINE_AGAIN_MS,
  });
}

export function useTicket(id: number) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: () => ask("GET /api/tickets/{ticket_id}", { path: { ticket_id: id } }),
  });
}

/** The ticket that somebody names by its number; `null` where there is none. */
export function useTicketNamed(typed: string) {
  return useQuery({
    queryKey: [...KEY, "named", typed],
    queryFn: async () => (await ask("GET /api/tickets", { query: { ticket: typed } })).tickets[0] ?? null,
    enabled: typed.trim() !== "",
  });
}

/** What closing a ticket as it is now would lead to. */
export function useExpected({ id, version }: Pick<Ticket, "id" | "version">) {
  return useQuery({
    queryKey: [...KEY, id, "callback", version],
    queryFn: () => ask("GET /api/tickets/{ticket_id}/callback", { path: { ticket_id: id } }),
  });
}

/** A list with the rule that takes closed complaints, of all queues, on the day after. */
export const useMakeCallbackList = () =>
  useChanging(async (list: { name: string; queue: string }) => {
    const { id } = await ask("POST /api/lists", { body: list });
    return ask("POST /api/lists/{list_id}/fill-rules", {
      path: { list_id: id },
      body: { kind: "closed_complaint", options: { days: 1 } },
    });
  });

/** The customer's other open tickets, which may be repeats of this one. */
export function useTheirOpen({ id, customer_id, caller_number }: Ticket) {
  return useQuery({
    queryKey: [...KEY, id, "theirs"],
    queryFn: async () => {
      const query = customer_id === null ? { number: caller_number } : { customer_id };
      return (await ask("GET /api/ticket-repeats", { query })).tickets.filter((one) => one.id !== id);
    },
    enabled: customer_id !== null || (caller_number !== "" && !caller_number.includes("*")),
  });
}

export function useBacklog() {
  return useQuery({
    queryKey: [...KEY, "backlog"],
    queryFn: async () => (await ask("GET /api/ticket-backlog")).teams,
  });
}

/** The open tickets of whom the call at the own seat is with. */
export function usePop(call: OwnCall | null) {
  return useQuery({
    queryKey: [...KEY, "pop", call?.pbx, call?.call_id],
    queryFn: () => ask("GET /api/ticket-pop", { query: call ?? { pbx: "", call_id: "" } }),
    enabled: call !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function useChanging<Sent, Told>(send: (sent: Sent) => Promise<Told>) {
  return useMutation({ mutationFn: send, onSuccess: refreshTickets });
}

export const useOpenTicket = (call: OwnCall | null) =>
  useChanging(({ ticket, isNew }: { ticket: TicketContent; isNew: boolean }) =>
    ask("POST /api/tickets", { body: { ticket, call, is_new: isNew } }),
  );

export const useSaveTicket = (id: number) =>
  useChanging((sent: { ticket: TicketContent; version: number }) =>
    ask("PUT /api/tickets/{ticket_id}", { path: { ticket_id: id }, body: sent }),
  );

export const useAddCall = () =>
  useChanging(({ id, call }: { id: number; call: OwnCall }) =>
    ask("POST /api/tickets/{ticket_id}/calls", { path: { ticket_id: id }, body: call }),
  );

export const useSaveStep = (id: number) =>
  useChanging(({ step, ...sent }: SentStep & { step: number | null }) =>
    step === null
      ? ask("POST /api/tickets/{ticket_id}/steps", { path: { ticket_id: id }, body: sent })
      : ask("PUT /api/tickets/{ticket_id}/steps/{step_id}", { path: { ticket_id: id, step_id: step }, body: sent }),
  );

export const useClose = (of: Ticket) =>
  useChanging((sent: { outcome: Outcome; result: string }) =>
    ask("POST /api/tickets/{ticket_id}/close", { path: { ticket_id: of.id }, body: { version: of.version, ...sent } }),
  );

export const useReopen = (of: Ticket) =>
  useChanging((why: string) =>
    ask("POST /api/tickets/{ticket_id}/reopen", { path: { ticket_id: of.id }, body: { version: of.version, why } }),
  );

export const useMergeTicket = (of: Ticket) =>
  useChanging((other: Ticket) =>
    ask("POST /api/tickets/{ticket_id}/merges", {
      path: { ticket_id: of.id },
      body: {
        version: of.version,
        other_id: other.id,
        other_version: other.version,
      },
    }),
  );

export const useUnmerge = () =>
  useChanging((id: number) => ask("POST /api/tickets/{ticket_id}/unmerge", { path: { ticket_id: id } }));
