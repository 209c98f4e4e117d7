/** A review while it is written: which items are asked, what is typed, and what was kept in this browser. Pure. */

import type { Instant } from "../api/shapes";
import { keysOf } from "../forms/rules";
import { type Answer, type Answers, type Item, itemsOf, NOT_APPLICABLE, possibleKeys, type Section } from "./building";

/** A text, and the moment of a recording that it is about: seconds from its beginning. */
export interface Remark {
  text: string;
  at: number | null;
  recording_id: number | null;
}

export interface Draft {
  answers: Answers;
  notes: Record<string, Remark>;
  comments: Remark[];
}

export const NO_REMARK: Remark = { text: "", at: null, recording_id: null };

/** The items that these answers have asked, in their order (callcenter/quality/rules.py has the same). */
export function asked(sections: Section[], answers: Answers): Item[] {
  const found = new Set<string>();
  return itemsOf(sections).filter(({ id, asked_if: needed }) => {
    const isMet =
      !needed || (found.has(needed.item) && keysOf(answers[needed.item]).some((key) => needed.any_of.includes(key)));
    if (isMet) found.add(id);
    return isMet;
  });
}

/** The first item that still has to be answered; null: the review is complete. */
export function firstMissing(sections: Section[], answers: Answers): Item | null {
  return asked(sections, answers).find(({ id }) => answers[id] === undefined) ?? null;
}

/** The word of an answer, as the choices know it. */
export function keyOf(answer: Answer | undefined): string | null {
  return keysOf(answer)[0] ?? null;
}

/** Which answer a key of the keyboard gives: y and n, a step of a scale, the number of an option, x: not applicable. */
export function answerByKey(item: Item, key: string): string | null {
  if (key === "x") return NOT_APPLICABLE;
  if (item.kind === "yes_no") return key === "y" ? "yes" : key === "n" ? "no" : null;
  if (!/^\d$/.test(key)) return null;
  if (item.kind === "scale") return possibleKeys(item).includes(key) ? key : null;
  return possibleKeys(item)[Number(key) - 1] ?? null;
}

/** What was typed in this browser and is not known to be saved. */
export interface Kept {
  version: number;
  draft: Draft;
}

export function readKept(text: string | null): Kept | null {
  try {
    const kept = JSON.parse(text ?? "null") as Kept | null;
    return kept && typeof kept.version === "number" && Array.isArray(kept.draft?.comments) ? kept : null;
  } catch {
    return null;
  }
}

/** Notes without text and without a moment say nothing. */
export function tidy(draft: Draft): Draft {
  const notes = Object.entries(draft.notes).filter(([, { text, at }]) => text !== "" || at !== null);
  return { ...draft, notes: Object.fromEntries(notes) };
}

/** The same whatever order the answers were given in. */
export function sameDraft(one: Draft, other: Draft): boolean {
  const flat = ({ answers, notes, comments }: Draft) =>
    JSON.stringify([Object.entries(answers).sort(), Object.entries(notes).sort(), comments]);
  return flat(tidy(one)) === flat(tidy(other));
}

/** Whether its agent may still appeal against a review that they have not answered yet. */
export function mayStillAppeal(
  { state, appeal_until }: { state: string; appeal_until: Instant | null },
  now: Instant,
): boolean {
  return state === "published" && appeal_until !== null && now < appeal_until;
}
