import { useTranslation } from "react-i18next";

/** Beside the buttons of a form: whether what is typed outlives a reload of the page. */
export function DraftKept({ isKept }: { isKept: boolean }) {
  const { t } = useTranslation();
  return isKept ? (
    <span className="muted">{t("forms.draftKept")}</span>
  ) : (
    <strong role="alert">{t("forms.draftNotKept")}</strong>
  );
}
