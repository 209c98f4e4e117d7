/** Wrap-up forms: what is asked and told. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Direction, Instant } from "../api/shapes";
import { callPath } from "../calls/path";

export interface Choice {
  id: number;
  label_en: string;
  label_zh: string;
  is_retired: boolean;
}

export interface Reason extends Choice {
  /** For the calls of these alone; none: of all. */
  queues: string[];
  choices: Choice[];
}

export interface Choices {
  version: string;
  reasons: Reason[];
  results: Choice[];
}

/** What stood in a record before a change. */
export interface Earlier {
  reason_id: number;
  result_id: number;
  note: string;
  next_at: Instant | null;
  next_agent: string;
  changed_at: Instant;
  changed_by: string;
}

export interface WrapUpRecord extends Earlier {
  agent_number: string;
  agent_name: string;
  list_id: number | null;
  list_name: string;
  customer_id: number | null;
  written_at: Instant;
  written_by: string;
  earlier: Earlier[];
}

/** A conversation to write something down about. */
export interface AtHand {
  pbx: string;
  call_id: string;
  number: string;
  queue: string;
  direction: Direction;
  began_at: Instant;
}

export interface CallAtHand extends AtHand {
  /** Null while it goes on. */
  ended_at: Instant | null;
  record: WrapUpRecord | null;
}

/** A callback list that keeps promises. */
export interface OpenList {
  id: number;
  name: string;
  queue: string;
}

export interface Mine {
  calls: CallAtHand[];
  lists: OpenList[];
}

export interface Filled {
  reason_id: number;
  result_id: number;
  note: string;
  next_at: Instant | null;
  list_id: number | null;
  is_mine: boolean;
}

const CHOICES = ["wrap-up-choices"];
const MINE = ["wrap-ups", "mine"];
const ofCall = (pbx: string, callId: string) => ["wrap-ups", pbx, callId];

export function useChoices() {
  return useQuery({
    queryKey: CHOICES,
    queryFn: () => request<Choices>("GET", "/api/wrap-up-choices"),
    staleTime: 60_000,
  });
}

export interface EntrySent {
  id: number | null;
  label_en: string;
  label_zh: string;
}
export interface ReasonSent extends EntrySent {
  queues: string[];
  choices: EntrySent[];
}

export function useSaveChoices() {
  return useMutation({
    mutationFn: (sent: { version: string; reasons: ReasonSent[]; results: EntrySent[] }) =>
      request<Choices>("PUT", "/api/wrap-up-choices", sent),
    onSuccess: (saved) => queryClient.setQueryData(CHOICES, saved),
  });
}

export function useMine() {
  return useQuery({ queryKey: MINE, queryFn: () => request<Mine>("GET", "/api/wrap-ups/mine") });
}

export const askMineAgain = () => void queryClient.invalidateQueries({ queryKey: MINE });

export const isSameCall = (one: Pick<AtHand, "pbx" | "call_id">, other: Pick<AtHand, "pbx" | "call_id">): boolean =>
  one.pbx === other.pbx && one.call_id === other.call_id;

/** Writes down what came of one's own conversation. */
export function useWrite(call: AtHand) {
  return useMutation({
    mutationFn: (record: Filled) =>
      request<WrapUpRecord>("PUT", `/api/wrap-ups/${[call.pbx, call.call_id].map(encodeURIComponent).join("/")}`, {
        record,
      }),
    onSuccess: (record) => {
      queryClient.setQueryData<Mine>(
        MINE,
        (mine) =>
          mine && { ...mine, calls: mine.calls.map((one) => (isSameCall(one, call) ? { ...one, record } : one)) },
      );
      askMineAgain();
    },
  });
}

export function useRecords(pbx: string, callId: string) {
  return useQuery({
    queryKey: ofCall(pbx, callId),
    queryFn: async () =>
      (await request<{ records: WrapUpRecord[] }>("GET", `/api${callPath(pbx, callId)}/wrap-ups`)).records,
  });
}

/** Changes what an agent wrote down. */
export function useChange(pbx: string, callId: string, agent: string) {
  return useMutation({
    mutationFn: (record: Filled) =>
      request<WrapUpRecord>("PUT", `/api${callPath(pbx, callId)}/wrap-ups`, { agent_number: agent, record }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ofCall(pbx, callId) }),
  });
}

// --- words -----------------------------------------------------------------------------------------------------------

/** A reason with the one below it, wherever it stands; null for one that is none. */
export function placeOf(choices: Choices, id: number): { reason: Reason; lower: Choice | null } | null {
  for (const reason of choices.reasons) {
    if (reason.id === id) return { reason, lower: null };
    const lower = reason.choices.find((one) => one.id === id);
    if (lower) return { reason, lower };
  }
  return null;
}

/** A reason in words, with the one above it; "" for one that is none. */
export function reasonWord(label: (choice: Choice) => string, choices: Choices, id: number): string {
  const place = placeOf(choices, id);
  return [place?.reason, place?.lower].flatMap((one) => (one ? [label(one)] : [])).join(" › ");
}
