import { useTranslation } from "react-i18next";
import type { DeletionRule } from "../api/shapes";

/** A rule as it is read: what it is about, and for how long. */
export function useRuleWord(): (rule: DeletionRule) => string {
  const { t } = useTranslation();
  return ({ scope, label, days }) => {
    if (scope === "erasure") return t("retention.byErasure", { reference: label });
    if (scope === "original") return t("retention.byCopy");
    if (days === 0) return t("retention.forgotten");
    const about = t(`retention.scope.${scope}`);
    return t("retention.ruleWord", {
      about: label ? `${about} ${label}` : about,
      days: t("retention.days", { count: days }),
    });
  };
}
