/** Changes of a form that is being built. Pure but for the ids, which are drawn. */

import { reordered } from "../parts/order";
import type { Option, Question, QuestionKind } from "./rules";

function drawn(prefix: string): string {
  return `${prefix}_${Math.random().toString(36).slice(2, 10)}`;
}

export function newQuestion(): Question {
  return { id: drawn("q"), kind: "text", label: "" };
}

export function newOption(label = ""): Option {
  return { id: drawn("o"), label };
}

export function added(questions: Question[], question: Question): Question[] {
  return [...questions, question];
}

/** A condition stands only while what it depends on is asked before. */
function mended(questions: Question[]): Question[] {
  const before = new Set<string>();
  return questions.map((question) => {
    const isBroken = question.shown_if && !before.has(question.shown_if.question);
    before.add(question.id);
    return isBroken ? { ...question, shown_if: null } : question;
  });
}

export function moved(questions: Question[], nth: number, by: number): Question[] {
  return mended(reordered(questions, nth, nth + by));
}

export function removed(questions: Question[], id: string): Question[] {
  return mended(questions.filter((question) => question.id !== id));
}

/** Whether another question is shown by answers of this one. */
export function dependsOn(questions: Question[], id: string): boolean {
  return questions.some(({ shown_if }) => shown_if?.question === id);
}

/** What a question of another kind has that this one has not; what both have stays. */
export function retyped(question: Question, kind: QuestionKind): Partial<Question> {
  const hasOptions = kind === "choice" || kind === "choices";
  const kept = question.options?.length ? question.options : [newOption(), newOption()];
  return {
    kind,
    options: hasOptions ? kept : [],
    minimum: kind === "scale" ? 1 : null,
    maximum: kind === "scale" ? 5 : null,
  };
}

const USUAL = ["evaluation", "suggestions", "needs"] as const;

/** What every record form asks (回访记录表): the customer's evaluation, suggestions, new needs. */
export function usualQuestions(word: (name: (typeof USUAL)[number]) => string): Question[] {
  return USUAL.map((name) => {
    const question = { ...newQuestion(), label: word(name) };
    return name === "evaluation" ? { ...question, ...retyped(question, "scale"), is_required: true } : question;
  });
}

/** Whether every question and every option says something. */
export function hasWords(questions: Question[]): boolean {
  return questions.every(
    ({ label, options }) => label.trim() && (options ?? []).every((option) => option.label.trim()),
  );
}

/** Without blanks around what was typed. */
export function trimmed(questions: Question[]): Question[] {
  return questions.map((question) => ({
    ...question,
    label: question.label.trim(),
    help: question.help?.trim() ?? "",
    options: (question.options ?? []).map(({ id, label }) => ({ id, label: label.trim() })),
  }));
}
