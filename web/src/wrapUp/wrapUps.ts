/** Wrap-up forms: what is asked and told. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type {
  LowerAnswer as Choice,
  ChoicesAnswer as Choices,
  EntryShape as EntrySent,
  FilledShape as Filled,
  WrapUpMineAnswer as Mine,
  ReasonAnswer as Reason,
  WrapUpReasonShape as ReasonSent,
} from "../api/described";
import { queryClient } from "../api/queries";
import type { Direction, Instant } from "../api/shapes";

export type {
  CallAnswer as CallAtHand,
  ChoicesAnswer as Choices,
  EarlierAnswer as Earlier,
  EntryShape as EntrySent,
  FilledShape as Filled,
  ListAnswer as OpenList,
  LowerAnswer as Choice,
  ReasonAnswer as Reason,
  RecordAnswer as WrapUpRecord,
  WrapUpMineAnswer as Mine,
  WrapUpReasonShape as ReasonSent,
} from "../api/described";

/** A conversation to write something down about. */
export interface AtHand {
  pbx: string;
  call_id: string;
  number: string;
  queue: string;
  direction: Direction;
  began_at: Instant;
}

const CHOICES = ["wrap-up-choices"];
const MINE = ["wrap-ups", "mine"];
const ofCall = (pbx: string, callId: string) => ["wrap-ups", pbx, callId];

export function useChoices() {
  return useQuery({
    queryKey: CHOICES,
    queryFn: () => ask("GET /api/wrap-up-choices"),
    staleTime: 60_000,
  });
}

export function useSaveChoices() {
  return useMutation({
    mutationFn: (sent: { version: string; reasons: ReasonSent[]; results: EntrySent[] }) =>
      ask("PUT /api/wrap-up-choices", { body: sent }),
    onSuccess: (saved) => queryClient.setQueryData(CHOICES, saved),
  });
}

export function useMine() {
  return useQuery({ queryKey: MINE, queryFn: () => ask("GET /api/wrap-ups/mine") });
}

export const askMineAgain = () => void queryClient.invalidateQueries({ queryKey: MINE });

export const isSameCall = (one: Pick<AtHand, "pbx" | "call_id">, other: Pick<AtHand, "pbx" | "call_id">): boolean =>
  one.pbx === other.pbx && one.call_id === other.call_id;

/** Writes down what came of one's own conversation. */
export function useWrite(call: AtHand) {
  return useMutation({
    mutationFn: (record: Filled) =>
      ask("PUT /api/wrap-ups/{pbx}/{call_id}", { path: { pbx: call.pbx, call_id: call.call_id }, body: { record } }),
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
      (await ask("GET /api/calls/{pbx}/{call_id}/wrap-ups", { path: { pbx, call_id: callId } })).records,
  });
}

/** Changes what an agent wrote down. */
export function useChange(pbx: string, callId: string, agent: string) {
  return useMutation({
    mutationFn: (record: Filled) =>
      ask("PUT /api/calls/{pbx}/{call_id}/wrap-ups", {
        path: { pbx, call_id: callId },
        body: { agent_number: agent, record },
      }),
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
