import { useTranslation } from "react-i18next";
import { Link, Redirect, useSearch } from "wouter";
import { useTitle } from "../parts/useTitle";
import { Empty } from "../parts/Waiting";
import reports from "../reports/ReportsPage.module.css";
import { GapsSection } from "./GapsSection";
import { KeptSection } from "./KeptSection";
import { LogSection } from "./LogSection";
import { PlanSection } from "./PlanSection";
import { useWhere } from "./where";

const SECTIONS = ["plan", "adherence", "gaps", "log"] as const;
type Section = (typeof SECTIONS)[number];

function Sections({ here }: { here: Section }) {
  const { t } = useTranslation();
  const search = useSearch();
  return (
    <nav className={reports.sections} aria-label={t("page.shifts")}>
      {SECTIONS.map((section) => (
        <Link
          key={section}
          href={`/shifts/${section}${search ? `?${search}` : ""}`}
          aria-current={section === here ? "page" : undefined}
        >
          {t(`shifts.section.${section}`)}
        </Link>
      ))}
    </nav>
  );
}

function Body({ section }: { section: Section }) {
  const where = useWhere();
  switch (section) {
    case "plan":
      return <PlanSection {...where} />;
    case "adherence":
      return <KeptSection {...where} />;
    case "gaps":
      return <GapsSection {...where} />;
    case "log":
      return <LogSection {...where} />;
  }
}

/** Who is planned when, whether it was kept to, where seats are missing, and what was noted of the day. */
export default function ShiftsPage({ section }: { section: string }) {
  const { t } = useTranslation();
  const here = SECTIONS.find((one) => one === section);
  useTitle(t("page.shifts"));
  if (section === "") return <Redirect to="/shifts/plan" replace />;
  if (!here) return <Empty title={t("page.unknown")} text={t("page.unknownText")} />;
  return (
    <div className={reports.page}>
      <div className={reports.top}>
        <h1>{t("page.shifts")}</h1>
        <Sections here={here} />
      </div>
      <Body section={here} />
    </div>
  );
}
