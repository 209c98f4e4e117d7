/** Reasons and results while they are edited. Pure but for the keys of new ones, which are drawn. */

import { reordered } from "../parts/order";
import type { Choice, Choices, EntrySent, Reason, ReasonSent } from "./wrapUps";

export interface Entry {
  /** Of the page alone; a new one has no id yet. */
  key: string;
  id: number | null;
  label_en: string;
  label_zh: string;
  queues: string[];
  choices: Entry[];
}

export interface Edited {
  reasons: Entry[];
  results: Entry[];
  /** Those that are offered no more: they can be taken back. */
  retired: Entry[];
}

export function newEntry(): Entry {
  const key = `new ${Math.random().toString(36).slice(2, 10)}`;
  return { key, id: null, label_en: "", label_zh: "", queues: [], choices: [] };
}

function entryOf(choice: Choice | Reason): Entry {
  const { id, label_en, label_zh } = choice;
  const below = "choices" in choice ? choice.choices : [];
  return {
    key: `${id}`,
    id,
    label_en,
    label_zh,
    queues: "queues" in choice ? choice.queues : [],
    choices: below.filter((one) => !one.is_retired || choice.is_retired).map(entryOf),
  };
}

const inUse = (choice: Choice) => !choice.is_retired;

export function editedOf({ reasons, results }: Choices): Edited {
  return {
    reasons: reasons.filter(inUse).map(entryOf),
    results: results.filter(inUse).map(entryOf),
    retired: reasons.filter((one) => one.is_retired).map(entryOf),
  };
}

export function added(entries: readonly Entry[]): Entry[] {
  return [...entries, newEntry()];
}

export function changed(entries: readonly Entry[], nth: number, fields: Partial<Entry>): Entry[] {
  return entries.map((one, at) => (at === nth ? { ...one, ...fields } : one));
}

export function moved(entries: readonly Entry[], nth: number, by: -1 | 1): Entry[] {
  return reordered(entries, nth, nth + by);
}

export function without(entries: readonly Entry[], nth: number): Entry[] {
  return entries.filter((_, at) => at !== nth);
}

export const isNameless = ({ label_en, label_zh }: Entry): boolean => !label_en.trim() && !label_zh.trim();

/** Whether each has a label. */
export function isComplete({ reasons, results }: Edited): boolean {
  return ![...reasons, ...results].some((one) => isNameless(one) || one.choices.some(isNameless));
}

function sent({ id, label_en, label_zh }: Entry): EntrySent {
  return { id, label_en: label_en.trim(), label_zh: label_zh.trim() };
}

export function sentOf({ reasons, results }: Edited): { reasons: ReasonSent[]; results: EntrySent[] } {
  return {
    reasons: reasons.map((one) => ({ ...sent(one), queues: one.queues, choices: one.choices.map(sent) })),
    results: results.map(sent),
  };
}
