import { useTranslation } from "react-i18next";
import page from "../parts/Page.module.css";
import { CoachingTasks } from "./CoachingTasks";
import { Sections } from "./Sections";

/** What all agents work on after reviews. */
export default function CoachingPage() {
  const { t } = useTranslation();
  return (
    <div className={page.page}>
      <div>
        <h1 className="visually-hidden">{t("sampling.section.coaching")}</h1>
        <Sections here="coaching" />
        <p className={page.lead}>{t("coaching.lead")}</p>
      </div>
      <CoachingTasks
        agent={null}
        home="/quality/reviews"
        empty={{ title: t("coaching.none"), text: t("coaching.noneText") }}
      />
    </div>
  );
}
