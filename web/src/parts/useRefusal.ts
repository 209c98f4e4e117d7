import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useExplain } from "./Failure";

const REASONS = [
  "missing",
  "string_too_short",
  "string_too_long",
  "string_pattern_mismatch",
  "too_short",
  "too_long",
  "greater_than",
  "greater_than_equal",
  "less_than",
  "less_than_equal",
  "int_type",
  "int_parsing",
  "int_from_float",
  "float_type",
  "float_parsing",
  "finite_number",
  "literal_error",
  "enum",
] as const;

type Reason = (typeof REASONS)[number];

const isKnown = (reason: string | null): reason is Reason => (REASONS as readonly (string | null)[]).includes(reason);

/** Why a form was refused: at which of its fields, or elsewhere. */
export interface Refusal {
  at: (field: string) => string | null;
  isElsewhere: boolean;
}

/** Why a form was refused, in our words where the rule is known, else in the server's. */
export function useRefusal(error: unknown): Refusal {
  const { t } = useTranslation();
  const explain = useExplain();
  const refused = error instanceof ApiError ? error : null;
  const say = (why: ApiError) =>
    isKnown(why.reason) ? t(`error.reason.${why.reason}`, why.limits) : explain(why).text;
  return {
    at: (field) => (refused?.field === field ? say(refused) : null),
    isElsewhere: error !== null && !refused?.field,
  };
}
