import { expect, test } from "vitest";
import { added, changed, editedOf, isComplete, moved, sentOf, stillRetired, takenBack, without } from "./editing";
import type { Choices } from "./wrapUps";

const choice = (id: number, label_en: string, is_retired = false) => ({ id, label_en, label_zh: "", is_retired });
const CHOICES: Choices = {
  version: "1",
  reasons: [
    { ...choice(1, "Enquiry"), queues: ["sales"], choices: [choice(2, "Price"), choice(3, "Fax", true)] },
    { ...choice(4, "Other"), queues: [], choices: [] },
    { ...choice(5, "Telegram", true), queues: [], choices: [choice(6, "Lost", true)] },
  ],
  results: [choice(7, "Solved"), choice(8, "Wired", true)],
};

test("what is offered is edited, what is retired can be taken back with those below it", () => {
  const edited = editedOf(CHOICES);
  expect(edited.reasons.map((one) => [one.id, one.choices?.map(({ id }) => id)])).toEqual([
    [1, [2]],
    [4, []],
  ]);
  expect(edited.retired.map(({ below, entry }) => [below, entry.id])).toEqual([
    [null, 5],
    ["1", 3],
    [null, 8],
  ]);
  const again = edited.retired.reduce(takenBack, edited);
  expect(stillRetired(again)).toEqual([]);
  expect(sentOf(again).reasons.map((one) => [one.id, one.choices?.map(({ id }) => id)])).toEqual([
    [1, [2, 3]],
    [4, []],
    [5, [6]],
  ]);
  expect(sentOf(again).results.map(({ id }) => id)).toEqual([7, 8]);
  expect(stillRetired({ ...edited, reasons: [] }).map(({ entry }) => entry.id)).toEqual([5, 8]);
  expect(edited.results.map(({ id }) => id)).toEqual([7]);
});

test("entries are added, named, moved and left out, and sent without what is the page's own", () => {
  const edited = editedOf(CHOICES);
  const reasons = without(moved(changed(added(edited.reasons), 2, { label_zh: " 新 " }), 2, -1), 2);
  expect(sentOf({ ...edited, reasons })).toEqual({
    reasons: [
      {
        id: 1,
        label_en: "Enquiry",
        label_zh: "",
        queues: ["sales"],
        choices: [{ id: 2, label_en: "Price", label_zh: "" }],
      },
      { id: null, label_en: "", label_zh: "新", queues: [], choices: [] },
    ],
    results: [{ id: 7, label_en: "Solved", label_zh: "" }],
  });
  expect(isComplete({ ...edited, reasons })).toBe(true);
  expect(isComplete({ ...edited, results: added(edited.results) })).toBe(false);
});
