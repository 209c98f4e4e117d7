/**
 * What a form may ask, which of its questions are shown, and which answers it accepts. Pure. The server has the same
 * rules (callcenter/forms/rules.py); tests/forms/cases.json holds both to them.
 */

export const QUESTION_KINDS = ["choice", "choices", "scale", "yes_no", "text", "number", "date"] as const;
export type QuestionKind = (typeof QUESTION_KINDS)[number];

/** Kinds with few answers: other questions may depend on them. */
export const COUNTED: ReadonlySet<QuestionKind> = new Set<QuestionKind>(["choice", "choices", "scale", "yes_no"]);

export interface Option {
  id: string;
  label: string;
}

export interface Question {
  id: string;
  kind: QuestionKind;
  label: string;
  help?: string;
  is_required?: boolean;
  options?: Option[];
  minimum?: number | null;
  maximum?: number | null;
  shown_if?: { question: string; any_of: string[] } | null;
}

export type Answer = string | string[] | number | boolean | null;
export type Answers = Record<string, Answer | undefined>;

export type Fault =
  | "required"
  | "wrong_kind"
  | "unknown_option"
  | "too_small"
  | "too_large"
  | "too_long"
  | "not_a_date";

export const LONGEST_TEXT = 4000;
const LARGEST = 1e15;

/** An answer as the words that conditions and counts know it by: option ids, "yes" and "no", "7". */
export function keysOf(answer: Answer | undefined): string[] {
  if (answer === null || answer === undefined || answer === "") return [];
  if (typeof answer === "boolean") return [answer ? "yes" : "no"];
  return Array.isArray(answer) ? answer.map(String) : [String(answer)];
}

/** Every word by which a counted question can be answered. */
export function possibleKeys(question: Question): Option[] {
  if (question.kind !== "scale") return question.options ?? [];
  const low = question.minimum ?? 0;
  const length = Math.max(0, (question.maximum ?? 0) - low + 1);
  return Array.from({ length }, (_, step) => ({ id: String(low + step), label: String(low + step) }));
}

/** The questions that these answers show, in their order. */
export function shown(questions: readonly Question[], answers: Answers): Question[] {
  const found = new Set<string>();
  return questions.filter(({ id, shown_if: needed }) => {
    const isMet =
      !needed ||
      (found.has(needed.question) && keysOf(answers[needed.question]).some((key) => needed.any_of.includes(key)));
    if (isMet) found.add(id);
    return isMet;
  });
}

export function isEmpty(answer: Answer | undefined): boolean {
  if (typeof answer === "string") return !answer.trim();
  return answer === null || answer === undefined || (Array.isArray(answer) && answer.length === 0);
}

/** What is wrong, by question. Only a complete form must have an answer to each required question that is shown. */
export function faults(questions: readonly Question[], answers: Answers, isComplete: boolean): Record<string, Fault> {
  const found: Record<string, Fault> = {};
  for (const question of shown(questions, answers)) {
    const answer = answers[question.id];
    if (isEmpty(answer)) {
      if (question.is_required && isComplete) found[question.id] = "required";
    } else {
      const fault = CHECKS[question.kind](question, answer as Exclude<Answer, null>);
      if (fault) found[question.id] = fault;
    }
  }
  return found;
}

/** The answers that count: those given to questions that are shown. */
export function kept(questions: readonly Question[], answers: Answers): Answers {
  const given = shown(questions, answers).filter(({ id }) => !isEmpty(answers[id]));
  return Object.fromEntries(given.map(({ id }) => [id, answers[id]]));
}

type Check = (question: Question, answer: Exclude<Answer, null>) => Fault | null;

function known(question: Question): Set<string> {
  return new Set(question.options?.map(({ id }) => id));
}

const number: Check = ({ minimum, maximum }, answer) => {
  if (typeof answer !== "number" || !(Math.abs(answer) <= LARGEST)) return "wrong_kind";
  if (minimum !== null && minimum !== undefined && answer < minimum) return "too_small";
  return maximum !== null && maximum !== undefined && answer > maximum ? "too_large" : null;
};

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

const CHECKS: Record<QuestionKind, Check> = {
  choice: (question, answer) => {
    if (typeof answer !== "string") return "wrong_kind";
    return known(question).has(answer) ? null : "unknown_option";
  },
  choices: (question, answer) => {
    if (!Array.isArray(answer)) return "wrong_kind";
    const options = known(question);
    const isFine = answer.every((one) => options.has(one)) && new Set(answer).size === answer.length;
    return isFine ? null : "unknown_option";
  },
  scale: (question, answer) =>
    typeof answer === "number" && !Number.isInteger(answer) ? "wrong_kind" : number(question, answer),
  yes_no: (_question, answer) => (typeof answer === "boolean" ? null : "wrong_kind"),
  text: (_question, answer) => {
    if (typeof answer !== "string") return "wrong_kind";
    return answer.length > LONGEST_TEXT ? "too_long" : null;
  },
  number,
  date: (_question, answer) => {
    if (typeof answer !== "string") return "wrong_kind";
    return isDate(answer) ? null : "not_a_date";
  },
};
