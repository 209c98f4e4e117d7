/** What an agent types in a wrap-up form is kept in this browser, call by call, until it is saved or thrown away. */

import { useSession } from "../api/queries";
import { fromWall, toWall } from "../format";
import { KEPT_MS, useKeptText } from "../parts/useKeptText";
import type { WrapUpRecord } from "./wrapUps";
import { type AtHand, type CallAtHand, type Choices, type Filled, isSameCall, type OpenList, placeOf } from "./wrapUps";

export interface Draft {
  reason: number | null;
  lower: number | null;
  result: number | null;
  note: string;
  /** Of a field for date and time, on the centre's clock. */
  nextAt: string;
  list: number | null;
  isMine: boolean;
}

export const NEW_DRAFT: Draft = {
  reason: null,
  lower: null,
  result: null,
  note: "",
  nextAt: "",
  list: null,
  isMine: false,
};

/** Whether throwing this away loses nothing that somebody wrote or chose, beyond what it was `before`. */
export function isSameDraft(draft: Draft, before: Draft): boolean {
  return (Object.keys(NEW_DRAFT) as (keyof Draft)[]).every((field) =>
    field === "note" ? draft.note.trim() === before.note.trim() : draft[field] === before[field],
  );
}

export function draftOf(record: WrapUpRecord, choices: Choices, zone: string): Draft {
  const place = placeOf(choices, record.reason_id);
  return {
    reason: place?.reason.id ?? null,
    lower: place?.lower?.id ?? null,
    result: record.result_id,
    note: record.note,
    nextAt: record.next_at === null ? "" : toWall(zone, record.next_at),
    list: record.list_id,
    isMine: record.next_agent !== "",
  };
}

/** The list that a promise is made by, unless another is chosen: that of the call's queue, or the only one. */
export function usualList(lists: readonly OpenList[], queue: string): number | null {
  const found = lists.find((list) => list.queue === queue) ?? (lists.length === 1 ? lists[0] : undefined);
  return found?.id ?? null;
}

export type Missing = "reason" | "lower" | "result";

/** What is still to be chosen. */
export function missing(draft: Draft, choices: Choices): Missing[] {
  const reason = choices.reasons.find(({ id }) => id === draft.reason);
  const needsLower = reason?.choices.some((one) => !one.is_retired) && draft.lower === null;
  return [
    ...(reason ? [] : (["reason"] as const)),
    ...(needsLower ? (["lower"] as const) : []),
    ...(draft.result === null ? (["result"] as const) : []),
  ];
}

/** What is sent of a draft in which nothing is missing. */
export function filledOf(draft: Draft, lists: readonly OpenList[], queue: string, zone: string): Filled {
  const at = draft.nextAt ? fromWall(zone, draft.nextAt) : null;
  return {
    reason_id: draft.lower ?? draft.reason ?? 0,
    result_id: draft.result ?? 0,
    note: draft.note.trim(),
    next_at: at,
    list_id: at === null ? null : (draft.list ?? usualList(lists, queue)),
    is_mine: at !== null && draft.isMine,
  };
}

// --- kept ------------------------------------------------------------------------------------------------------------

export interface KeptForm {
  call: AtHand;
  draft: Draft;
  /** When it was typed, in ms. */
  at: number;
}

/** What is kept: forms that are typed and not saved, and the calls of which the agent wants to write nothing. */
export interface Kept {
  forms: KeptForm[];
  dismissed: string[];
}

const MOST_DISMISSED = 50;

const nameOf = ({ pbx, call_id }: Pick<AtHand, "pbx" | "call_id">) => `${pbx} ${call_id}`;

export function withDraft(kept: Kept, call: AtHand, draft: Draft, at: number): Kept {
  const { pbx, call_id, number, queue, direction, began_at } = call;
  const one = { call: { pbx, call_id, number, queue, direction, began_at }, draft, at };
  return { ...kept, forms: [...kept.forms.filter((form) => !isSameCall(form.call, call)), one] };
}

export function withoutDraft(kept: Kept, call: AtHand): Kept {
  return { ...kept, forms: kept.forms.filter((form) => !isSameCall(form.call, call)) };
}

export function dismissing(kept: Kept, call: AtHand): Kept {
  return { ...withoutDraft(kept, call), dismissed: [...kept.dismissed, nameOf(call)].slice(-MOST_DISMISSED) };
}

/** A form on the desk: being filled in (`draft`), or saved (`record`). */
export interface Shown {
  call: AtHand;
  draft: Draft | null;
  record: WrapUpRecord | null;
}

/** What is on the desk, the newest call first: what is typed, the call at hand, and the last one. */
export function shown(kept: Kept, calls: readonly CallAtHand[]): Shown[] {
  const typed = kept.forms.map(({ call, draft }) => ({
    call,
    draft,
    record: calls.find((one) => isSameCall(one, call))?.record ?? null,
  }));
  const others = calls
    .filter((call, nth) => !typed.some((one) => isSameCall(one.call, call)) && (nth === 0 || call.record === null))
    .filter((call) => !kept.dismissed.includes(nameOf(call)))
    .map((call) => ({ call, draft: call.record ? null : NEW_DRAFT, record: call.record }));
  return [...typed, ...others].sort((one, other) => other.call.began_at - one.call.began_at);
}

const PLACES = "callcenter.desk.wrapUps.";

export function read(text: string | null, now: number): Kept {
  try {
    const found = JSON.parse(text ?? "null") as Kept | null;
    const forms = found?.forms.filter(({ at }) => now - at < KEPT_MS) ?? [];
    return { forms, dismissed: found?.dismissed ?? [] };
  } catch {
    return { forms: [], dismissed: [] };
  }
}

/** The wrap-up forms of this agent in this browser. */
export function useKept() {
  const { kept, isKept, keep } = useKeptText(PLACES, useSession().user.username, read);
  return {
    kept,
    isKept,
    type: (call: AtHand, draft: Draft) => keep((now) => withDraft(now, call, draft, Date.now())),
    drop: (call: AtHand) => keep((now) => withoutDraft(now, call)),
    dismiss: (call: AtHand) => keep((now) => dismissing(now, call)),
  };
}
