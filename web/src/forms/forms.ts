/** What is asked and told about record forms; and what an agent has typed and not sent yet. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { AttemptOutcome, Instant } from "../api/shapes";
import type { Answers, Question } from "./rules";

export const RESULTS = ["completed", "later", "refused", "wrong_person", "not_reached"] as const;
export type Result = (typeof RESULTS)[number];

export interface RecordFormShape {
  id: number | null;
  version: number;
  questions: Question[];
  created_at: Instant | null;
  created_by: string;
}

export interface Sheet {
  list: { id: string; name: string };
  target: {
    id: number;
    number: string;
    dial_number: string;
    time_zones: string;
    name: string;
    attributes: Record<string, string>;
    state: string;
    attempts: number;
    owner_agent: string;
  };
  attempt: {
    id: number;
    number: string;
    placed_at: Instant;
    answered_at: Instant | null;
    ended_at: Instant | null;
    outcome: string | null;
    agent_number: string;
    pbx: string;
    call_id: string | null;
  } | null;
  form: RecordFormShape;
  record: {
    answers: Answers;
    result: Result;
    note: string;
    next_step: string;
    next_at: Instant | null;
    next_agent: string;
    filled_at: Instant;
    changed_at: Instant;
    filled_by: string;
  } | null;
}

export interface RecordSent {
  form_id: number | null;
  result: Result;
  answers: Answers;
  note: string;
  next_step: string;
  next_at: Instant | null;
  next_agent: string;
  is_do_not_call: boolean;
}

export interface Standing {
  completed: number;
  goal: number;
  rank: number | null;
  agents: number;
}

/** A callback that an agent looks at before it is called. */
export interface Offer {
  id: number;
  agent_number: string;
  offered_at: Instant;
  until: Instant;
  /** The agent promised it. */
  is_personal: boolean;
  /** Its attempt is null. */
  sheet: Sheet;
  /** Newest first, the last few. */
  history: { placed_at: Instant; outcome: AttemptOutcome | null; agent_number: string }[];
}

/** What is before an agent. */
export interface Mine {
  /** The callback in which he talks, or talked last. */
  sheet: Sheet | null;
  /** One that he looks at, and has not accepted yet. */
  offer: Offer | null;
  standing: Standing;
}

const AGAIN_MS = 3000;

export function useForm(list: string) {
  return useQuery({
    queryKey: ["lists", list, "form"],
    queryFn: () => request<RecordFormShape>("GET", `/api/lists/${encodeURIComponent(list)}/form`),
  });
}

export function useSaveForm(list: string) {
  return useMutation({
    mutationFn: (form: { version: number; questions: Question[] }) =>
      request<RecordFormShape>("PUT", `/api/lists/${encodeURIComponent(list)}/form`, form),
    onSuccess: (saved) => queryClient.setQueryData(["lists", list, "form"], saved),
  });
}

/** The sheet of an attempt, or of a target with its last attempt. */
export interface SheetOf {
  attempt?: number | string;
  target?: number | string;
}

const sheetKey = (of: SheetOf) => ["sheet", of.attempt ?? null, of.target ?? null];

export function useSheet(of: SheetOf) {
  const path = of.attempt ? `/api/attempts/${of.attempt}/sheet` : `/api/targets/${of.target}/sheet`;
  return useQuery({ queryKey: sheetKey(of), queryFn: () => request<Sheet>("GET", path), refetchInterval: AGAIN_MS });
}

export function useMine(agent: string) {
  return useQuery({
    queryKey: ["mine", agent],
    queryFn: () => request<Mine>("GET", `/api/callbacks/mine${query({ agent })}`),
    enabled: agent !== "",
    refetchInterval: AGAIN_MS,
  });
}

export function useFillIn(attempt: number) {
  return useMutation({
    mutationFn: (record: RecordSent) => request<Sheet>("PUT", `/api/attempts/${attempt}/record`, record),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ["sheet"] });
      void queryClient.invalidateQueries({ queryKey: ["mine"] });
      void queryClient.invalidateQueries({ queryKey: ["lists"] });
    },
  });
}

// --- drafts ----------------------------------------------------------------------------------------------------------

export interface Draft {
  answers: Answers;
  result: Result | null;
  note: string;
  nextStep: string;
  /** Of a field for date and time, on the centre's clock. */
  nextAt: string;
  isMine: boolean;
  isDoNotCall: boolean;
}

export const NEW_DRAFT: Draft = {
  answers: {},
  result: null,
  note: "",
  nextStep: "",
  nextAt: "",
  isMine: false,
  isDoNotCall: false,
};

const KEPT_AS = "callcenter.draft.";
const KEPT_MS = 2 * 86_400_000;

interface KeptDraft {
  at: number;
  draft: Draft;
}

const keyOf = (user: string, target: number) => `${KEPT_AS}${user}.${target}`;

function read(key: string): KeptDraft | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    const isDraft = typeof found === "object" && found !== null && "at" in found && "draft" in found;
    return isDraft ? (found as KeptDraft) : null;
  } catch {
    return null;
  }
}

/** What was typed for a target before the page was loaded again. */
export function keptDraft(user: string, target: number): Draft | null {
  return read(keyOf(user, target))?.draft ?? null;
}

export function keepDraft(user: string, target: number, draft: Draft): void {
  localStorage.setItem(keyOf(user, target), JSON.stringify({ at: Date.now(), draft }));
}

/** Forgets a draft that was sent, and those that nobody came back to: they tell of customers. */
export function forgetDraft(user: string, target: number): void {
  localStorage.removeItem(keyOf(user, target));
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(KEPT_AS) && Date.now() - (read(key)?.at ?? 0) > KEPT_MS) localStorage.removeItem(key);
  }
}

const AGENT = "callcenter.agent";

export function keptAgent(): string {
  return localStorage.getItem(AGENT) ?? "";
}

export function keepAgent(agent: string): void {
  localStorage.setItem(AGENT, agent);
}
