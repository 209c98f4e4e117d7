import { useTranslation } from "react-i18next";
import pageClasses from "../parts/Page.module.css";
import { useTitle } from "../parts/useTitle";
import { Deletions } from "./Deletions";
import { DryRun } from "./DryRun";
import { Holds } from "./Holds";
import { Rules } from "./Rules";

/** How long recordings are kept, what goes next, what is held, and what went. */
export default function RetentionPage() {
  const { t } = useTranslation();
  useTitle(t("retention.title"));
  return (
    <div className={pageClasses.page}>
      <div>
        <h1>{t("retention.title")}</h1>
        <p className={pageClasses.lead}>{t("retention.lead")}</p>
      </div>
      <Rules />
      <DryRun />
      <Holds />
      <Deletions />
    </div>
  );
}
