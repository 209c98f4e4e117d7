import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useLanguage } from "../i18n";

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
  const language = useLanguage();
  const refused = error instanceof ApiError ? error : null;
  const say = ({ reason, limits, detail }: ApiError) => {
    if (isKnown(reason)) return t(`error.reason.${reason}`, limits);
    // The server speaks English: in Chinese its sentence stands behind ours.
    return language === "zh" ? `${t("error.title.bad_input")} (${detail})` : detail;
  };
  return {
    at: (field) => (refused?.field === field ? say(refused) : null),
    isElsewhere: error !== null && !refused?.field,
  };
}
