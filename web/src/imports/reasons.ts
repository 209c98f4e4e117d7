import { useTranslation } from "react-i18next";
import { useLanguage } from "../i18n";

/** What is wrong with a row, in the reader's language; in English the server's words say more: a limit, a country. */
export function useReason(): (error: { code: string; reason: string }) => string {
  const { t } = useTranslation();
  const language = useLanguage();
  return ({ code, reason }) =>
    language === "en" && (code === "too_long" || code === "invalid_number")
      ? reason
      : t(`import.reasons.${code as "too_long"}`, { defaultValue: reason });
}
