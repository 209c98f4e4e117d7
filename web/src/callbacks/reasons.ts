/** Why a row was refused: the server says it in English; these are the sentences that it knows. */

export type ReasonKey =
  | "empty"
  | "notNumber"
  | "extension"
  | "invalid"
  | "costly"
  | "tooManyValues"
  | "tooLong"
  | "notCsv";

const REASONS: readonly [RegExp, ReasonKey][] = [
  [/^no number$/, "empty"],
  [/^not a phone number$/, "notNumber"],
  [/extension/, "extension"],
  [/^no valid number in/, "invalid"],
  [/premium-rate/, "costly"],
  [/^more values than columns$/, "tooManyValues"],
  [/^longer than/, "tooLong"],
  [/^not CSV/, "notCsv"],
];

export function reasonKey(reason: string): ReasonKey | null {
  return REASONS.find(([pattern]) => pattern.test(reason))?.[1] ?? null;
}
