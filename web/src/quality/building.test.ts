import { expect, test } from "vitest";
import {
  answerOf,
  answersOf,
  type Item,
  isReady,
  itemsOf,
  mended,
  movedItem,
  movedSection,
  NOT_APPLICABLE,
  newItem,
  newSection,
  possibleKeys,
  retyped,
  type Section,
} from "./building";

const WORDS = { en: "?", zh: "" };
const item = (id: string, fields: Partial<Item> = {}): Item => ({ ...newItem(), id, label: WORDS, ...fields });
const FORM: Section[] = [
  { id: "s", label: WORDS, items: [item("a", { kind: "yes_no", steps: null }), item("b")] },
  { id: "t", label: WORDS, items: [item("c", { asked_if: { item: "a", any_of: ["yes"] } })] },
];
const order = (sections: Section[]) => sections.map(({ items }) => items.map(({ id }) => id).join(""));

test("an item moves within its section, and beyond its edge to the next", () => {
  expect(order(movedItem(FORM, 0, 0, 1))).toEqual(["ba", "c"]);
  expect(order(movedItem(FORM, 0, 1, 1))).toEqual(["a", "bc"]);
  expect(order(movedItem(FORM, 1, 0, -1))).toEqual(["abc", ""]);
  expect(order(movedItem(FORM, 0, 0, -1))).toEqual(["ab", "c"]);
});

test("a condition goes with what it depends on", () => {
  expect(itemsOf(movedSection(FORM, 0, 1))[0]?.asked_if).toBeNull();
  expect(itemsOf(movedItem(FORM, 0, 0, 1))[2]?.asked_if).toEqual({ item: "a", any_of: ["yes"] });
  const scale = FORM.map((s) => ({ ...s, items: s.items.map((i) => (i.id === "a" ? item("a") : i)) }));
  expect(itemsOf(mended(scale))[2]?.asked_if).toEqual({ item: "a", any_of: [] });
});

test("words become answers, those that fit no more are left out", () => {
  const [yesNo, scale] = itemsOf(FORM) as [Item, Item];
  expect([answerOf(yesNo, "no"), answerOf(scale, "3"), answerOf(scale, "6"), answerOf(yesNo, "")]).toEqual([
    false,
    3,
    null,
    null,
  ]);
  expect(answersOf(FORM, { a: "yes", b: "yes", c: NOT_APPLICABLE, gone: "1" })).toEqual({ a: true, c: NOT_APPLICABLE });
});

test("another kind has what it needs", () => {
  const choice = item("x", retyped(item("x"), "choice"));
  expect([choice.steps, choice.options.map(({ share }) => share)]).toEqual([null, [1, 0]]);
  expect(possibleKeys(item("x", retyped(choice, "scale")))).toEqual(["0", "1", "2", "3", "4", "5"]);
});

test("what is ready can be scored", () => {
  expect(isReady(WORDS, FORM)).toBe(true);
  expect(isReady({ en: " ", zh: "" }, FORM)).toBe(false);
  expect(isReady(WORDS, [...FORM, newSection()])).toBe(false);
  expect(isReady(WORDS, [...FORM, { id: "u", label: WORDS, items: [] }])).toBe(false);
  expect(isReady(WORDS, [])).toBe(false);
});
