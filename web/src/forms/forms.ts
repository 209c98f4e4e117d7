/** What is asked and told about record forms; and what an agent has typed and not sent yet. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { FormsResult as Result } from "../api/described";
import { queryClient } from "../api/queries";
import type { Instant } from "../api/shapes";
import { KEPT_MS, keepText } from "../parts/useKeptText";
import type { Answers, Question } from "./rules";

export type {
  FormsResult as Result,
  HourStanding as Standing,
  Offer,
  OwnCallbacks as Mine,
  PromisedCallback,
  RecordForm as RecordFormShape,
  Sheet,
} from "../api/described";

export const RESULTS = ["completed", "later", "refused", "wrong_person", "not_reached"] as const;

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

const AGAIN_MS = 3000;
const PROMISED_AGAIN_MS = 15_000;

export function useForm(list: string) {
  return useQuery({
    queryKey: ["lists", list, "form"],
    queryFn: () => ask("GET /api/lists/{list_id}/form", { path: { list_id: list } }),
  });
}

export function useSaveForm(list: string) {
  return useMutation({
    mutationFn: (form: { version: number; questions: Question[] }) =>
      ask("PUT /api/lists/{list_id}/form", { path: { list_id: list }, body: form }),
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
  return useQuery({
    queryKey: sheetKey(of),
    queryFn: () =>
      of.attempt
        ? ask("GET /api/attempts/{attempt_id}/sheet", { path: { attempt_id: of.attempt } })
        : ask("GET /api/targets/{target_id}/sheet", { path: { target_id: of.target ?? "" } }),
    refetchInterval: AGAIN_MS,
  });
}

export function useMine(agent: string) {
  return useQuery({
    queryKey: ["mine", agent],
    queryFn: () => ask("GET /api/callbacks/mine", { query: { agent } }),
    enabled: agent !== "",
    refetchInterval: AGAIN_MS,
  });
}

/** What the agent promised; under the key of the rest that is theirs, so that whatever renews that renews this. */
export function usePromised(agent: string) {
  return useQuery({
    queryKey: ["mine", agent, "due"],
    queryFn: async () => (await ask("GET /api/callbacks/mine/due", { query: { agent } })).callbacks,
    refetchInterval: PROMISED_AGAIN_MS,
  });
}

export function useFillIn(attempt: number) {
  return useMutation({
    mutationFn: (record: RecordSent) =>
      ask("PUT /api/attempts/{attempt_id}/record", { path: { attempt_id: attempt }, body: record }),
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

/** What the browser had no room for: lost with the page. */
const unkept = new Map<string, Draft>();

/** What was typed for a target and not sent, also before the page was loaded again. */
export function keptDraft(user: string, target: number): Draft | null {
  const key = keyOf(user, target);
  return unkept.get(key) ?? read(key)?.draft ?? null;
}

/** False where it is in this page alone. */
export function keepDraft(user: string, target: number, draft: Draft): boolean {
  const key = keyOf(user, target);
  const isKept = keepText(key, JSON.stringify({ at: Date.now(), draft }));
  if (isKept) unkept.delete(key);
  else unkept.set(key, draft);
  return isKept;
}

/** Forgets a draft that was sent, and those that nobody came back to: they tell of customers. */
export function forgetDraft(user: string, target: number): void {
  unkept.delete(keyOf(user, target));
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
  keepText(AGENT, agent);
}
