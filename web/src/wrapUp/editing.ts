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

/** One that is offered no more and can be taken back; `below` is the key of the reason that it was below. */
export interface RetiredEntry {
  kind: "reasons" | "results";
  below: string | null;
  entry: Entry;
}

export interface Edited {
  reasons: Entry[];
  results: Entry[];
  retired: RetiredEntry[];
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
const isRetired = (choice: Choice) => choice.is_retired;

function* retiredOf({ reasons, results }: Choices): Generator<RetiredEntry> {
  for (const one of reasons.filter(isRetired)) yield { kind: "reasons", below: null, entry: entryOf(one) };
  for (const reason of reasons.filter(inUse)) {
    for (const one of reason.choices.filter(isRetired)) {
      yield { kind: "reasons", below: `${reason.id}`, entry: entryOf(one) };
    }
  }
  for (const one of results.filter(isRetired)) yield { kind: "results", below: null, entry: entryOf(one) };
}

export function editedOf(choices: Choices): Edited {
  const { reasons, results } = choices;
  return {
    reasons: reasons.filter(inUse).map(entryOf),
    results: results.filter(inUse).map(entryOf),
    retired: [...retiredOf(choices)],
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

/** Those retired that were not taken back yet, and whose place is still there. */
export function stillRetired({ reasons, results, retired }: Edited): RetiredEntry[] {
  const used = [...reasons, ...results, ...reasons.flatMap((one) => one.choices)].map(({ key }) => key);
  return retired.filter(({ entry, below }) => !used.includes(entry.key) && (below === null || used.includes(below)));
}

/** One that was retired is offered again, behind the others. */
export function takenBack(edited: Edited, { kind, below, entry }: RetiredEntry): Edited {
  if (below === null) return { ...edited, [kind]: [...edited[kind], entry] };
  const add = (one: Entry) => (one.key === below ? { ...one, choices: [...one.choices, entry] } : one);
  return { ...edited, reasons: edited.reasons.map(add) };
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
