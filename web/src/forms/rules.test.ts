import { describe, expect, test } from "vitest";
import cases from "../../../tests/forms/cases.json";
import { type Answers, faults, kept, keysOf, type Question, shown } from "./rules";

interface Case {
  name: string;
  questions: Question[];
  answers: Answers;
  complete?: boolean;
  shown: string[];
  faults: Record<string, string>;
  kept?: Answers;
}

describe("the cases of the server", () => {
  test.each(cases as unknown as Case[])("$name", (one) => {
    expect(shown(one.questions, one.answers).map(({ id }) => id)).toEqual(one.shown);
    expect(faults(one.questions, one.answers, one.complete ?? true)).toEqual(one.faults);
    if (one.kept) expect(kept(one.questions, one.answers)).toEqual(one.kept);
  });
});

test("an answer by the words of conditions", () => {
  const answers = [null, undefined, "", true, false, 7, "a", ["a", "b"]];
  expect(answers.map(keysOf)).toEqual([[], [], [], ["yes"], ["no"], ["7"], ["a"], ["a", "b"]]);
});
