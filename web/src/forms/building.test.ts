import { expect, test } from "vitest";
import { dependsOn, hasWords, moved, newQuestion, removed, retyped, trimmed, usualQuestions } from "./building";
import type { Question } from "./rules";

const FORM: Question[] = [
  { id: "a", kind: "yes_no", label: "A" },
  { id: "b", kind: "text", label: "B", shown_if: { question: "a", any_of: ["yes"] } },
];

test("a condition goes with what it depends on", () => {
  expect(removed(FORM, "a")).toEqual([{ id: "b", kind: "text", label: "B", shown_if: null }]);
  expect(moved(FORM, 0, 1).map(({ id, shown_if }) => [id, shown_if])).toEqual([
    ["b", null],
    ["a", undefined],
  ]);
});

test("who depends on whom", () => {
  expect([dependsOn(FORM, "a"), dependsOn(FORM, "b")]).toEqual([true, false]);
});

test("another kind has what it needs", () => {
  const scale = retyped(newQuestion(), "scale");
  expect([scale.minimum, scale.maximum, scale.options]).toEqual([1, 5, []]);
  expect(retyped(newQuestion(), "choice").options).toHaveLength(2);
});

test("ids are such as the server takes", () => {
  const ids = usualQuestions((name) => name).map(({ id }) => id);
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9_]{0,31}$/);
});

test("words are needed, blanks around them are not", () => {
  const option = { id: "o", label: " Web " };
  const [question] = trimmed([{ id: "a", kind: "choice", label: " A ", options: [option] }]);
  expect([question?.label, question?.options?.[0]?.label]).toEqual(["A", "Web"]);
  expect([hasWords(FORM), hasWords([{ id: "a", kind: "text", label: " " }])]).toEqual([true, false]);
});
