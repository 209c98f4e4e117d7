/** Changes of a review form that is being built, and what can be answered. Pure but for the ids, which are drawn. */

import type { Item, ItemKind, QualityOption as Option, ReviewSection as Section, Words } from "../api/described";
import { reordered } from "../parts/order";

export type { Item, ItemKind, QualityOption as Option, ReviewSection as Section, Words } from "../api/described";

export const ITEM_KINDS = ["yes_no", "scale", "choice"] as const;

export type Answer = boolean | number | string;
export type Answers = Record<string, Answer>;

export const NOT_APPLICABLE = "not_applicable";
export const NO_WORDS: Words = { en: "", zh: "" };

function drawn(prefix: string): string {
  return `${prefix}_${Math.random().toString(36).slice(2, 10)}`;
}

export function newItem(): Item {
  const usual = { kind: "scale", points: 5, steps: 5, options: [], is_fatal: false, asked_if: null } as const;
  return { ...usual, id: drawn("i"), label: NO_WORDS, guidance: NO_WORDS, options: [] };
}

export function newOption(share: number): Option {
  return { id: drawn("o"), label: NO_WORDS, share };
}

export function newSection(): Section {
  return { id: drawn("s"), label: NO_WORDS, items: [newItem()] };
}

export function itemsOf(sections: Section[]): Item[] {
  return sections.flatMap(({ items }) => items);
}

/** Every word by which an item can be answered. */
export function possibleKeys(item: Item): string[] {
  if (item.kind === "yes_no") return ["yes", "no"];
  if (item.kind === "scale") return Array.from({ length: (item.steps ?? 0) + 1 }, (_, step) => String(step));
  return item.options.map(({ id }) => id);
}

/** The answer that such a word stands for; null if the item has none like it. */
export function answerOf(item: Item, key: string): Answer | null {
  if (key === NOT_APPLICABLE) return key;
  if (!possibleKeys(item).includes(key)) return null;
  if (item.kind === "yes_no") return key === "yes";
  return item.kind === "scale" ? Number(key) : key;
}

/** What of the chosen words the items as they are now can be answered by. */
export function answersOf(sections: Section[], keys: Record<string, string>): Answers {
  const found: Answers = {};
  for (const item of itemsOf(sections)) {
    const answer = answerOf(item, keys[item.id] ?? "");
    if (answer !== null) found[item.id] = answer;
  }
  return found;
}

/** A condition stands only while what it depends on is asked before, and only for answers that there are. */
export function mended(sections: Section[]): Section[] {
  const before = new Map<string, Item>();
  return sections.map((section) => ({
    ...section,
    items: section.items.map((item) => {
      const source = item.asked_if && before.get(item.asked_if.item);
      before.set(item.id, item);
      if (!item.asked_if) return item;
      const keys = source ? possibleKeys(source) : [];
      const any_of = item.asked_if.any_of.filter((key) => keys.includes(key));
      return { ...item, asked_if: source ? { item: source.id, any_of } : null };
    }),
  }));
}

export function movedSection(sections: Section[], nth: number, by: number): Section[] {
  return mended(reordered(sections, nth, nth + by));
}

/** One place up or down; beyond the edge of its section it goes to the next section there is. */
export function movedItem(sections: Section[], at: number, nth: number, by: -1 | 1): Section[] {
  const next = sections.map((section) => ({ ...section, items: [...section.items] }));
  const here = next[at]?.items;
  if (!here?.[nth]) return sections;
  const isInside = nth + by >= 0 && nth + by < here.length;
  const there = isInside ? here : next[at + by]?.items;
  if (!there) return sections;
  const [item] = here.splice(nth, 1);
  if (item) there.splice(isInside ? nth + by : by < 0 ? there.length : 0, 0, item);
  return mended(next);
}

/** What an item of another kind has that this one has not. */
export function retyped(item: Item, kind: ItemKind): Partial<Item> {
  const options = item.options.length > 1 ? item.options : [newOption(1), newOption(0)];
  return { kind, steps: kind === "scale" ? (item.steps ?? 5) : null, options: kind === "choice" ? options : [] };
}

export function hasWords({ en, zh }: Words): boolean {
  return Boolean(en.trim() || zh.trim());
}

export function pointsOf(sections: Section[]): number {
  return itemsOf(sections).reduce((sum, { points }) => sum + points, 0);
}

function isItemReady(item: Item): boolean {
  const shares = item.options.map(({ share }) => share);
  const isChoiceReady =
    item.kind !== "choice" ||
    (item.options.length > 1 &&
      item.options.every(({ label }) => hasWords(label)) &&
      Math.max(...shares) === 1 &&
      (!item.is_fatal || Math.min(...shares) === 0));
  return hasWords(item.label) && isChoiceReady && (item.asked_if === null || item.asked_if.any_of.length > 0);
}

/** Whether the server would take it. */
export function isReady(name: Words, sections: Section[]): boolean {
  const areSectionsReady = sections.every(
    ({ label, items }) => hasWords(label) && items.length > 0 && items.every(isItemReady),
  );
  return hasWords(name) && areSectionsReady && pointsOf(sections) > 0;
}
