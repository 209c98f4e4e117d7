import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, Redirect, useSearch } from "wouter";
import { useFormat, useMay, useSession } from "../api/queries";
import { serverNow } from "../live/clock";
import { useTitle } from "../parts/useTitle";
import { Empty, PageSkeleton } from "../parts/Waiting";
import classes from "./ReportsPage.module.css";
import { useToday } from "./useToday";
import { chosenDays, readRange, writeRange } from "./view";

const ReportPage = lazy(() => import("./ReportPage"));
const StaffingPage = lazy(() => import("./StaffingPage"));
const CallbacksPage = lazy(() => import("./CallbacksPage"));
const AbandonedPage = lazy(() => import("./AbandonedPage"));
const ActionsPage = lazy(() => import("./ActionsPage"));
const QualityPage = lazy(() => import("./QualityPage"));
const TicketsPage = lazy(() => import("./TicketsPage"));
const SavedPage = lazy(() => import("./SavedPage"));

const SECTIONS = [
  "queues",
  "agents",
  "teams",
  "callbacks",
  "quality",
  "tickets",
  "staffing",
  "abandoned",
  "actions",
  "saved",
] as const;
type Section = (typeof SECTIONS)[number];

/** From one section to the next the days go along. */
function useWayTo(): (section: Section) => string {
  const params = new URLSearchParams(useSearch());
  const range = new URLSearchParams(writeRange(readRange(params)));
  const has = params.has("range") || params.has("from");
  return (section) => `/reports/${section}${has && section !== "saved" ? `?${range}` : ""}`;
}

function Sections({ here }: { here: Section }) {
  const { t } = useTranslation();
  const wayTo = useWayTo();
  const reviews = useMay("review_calls");
  const decides = useMay("decide_appeals");
  const shown = SECTIONS.filter((section) => section !== "quality" || reviews || decides);
  return (
    <nav className={classes.sections} aria-label={t("page.reports")}>
      {shown.map((section) => (
        <Link key={section} href={wayTo(section)} aria-current={section === here ? "page" : undefined}>
          {t(`reports.section.${section}`)}
        </Link>
      ))}
    </nav>
  );
}

/** On paper: what it is, of which days, printed when and by whom. */
function PrintedHead({ section }: { section: Section }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { user } = useSession();
  const params = new URLSearchParams(useSearch());
  const days = chosenDays(readRange(params), useToday());
  const filters = ["queue", "team", "agent"].map((name) => params.get(name)).filter(Boolean);
  return (
    <p className={classes.printed}>
      <strong>{t(`reports.section.${section}`)}</strong>{" "}
      {days.from === days.to ? days.from : `${days.from} – ${days.to}`} {filters.join(" · ")}
      <span>{t("reports.printedAt", { time: format.dateMinute(serverNow()), name: user.name || user.username })}</span>
    </p>
  );
}

function Body({ section }: { section: Section }) {
  switch (section) {
    case "staffing":
      return <StaffingPage />;
    case "abandoned":
      return <AbandonedPage />;
    case "callbacks":
      return <CallbacksPage />;
    case "actions":
      return <ActionsPage />;
    case "quality":
      return <QualityPage />;
    case "tickets":
      return <TicketsPage />;
    case "saved":
      return <SavedPage />;
    default:
      return <ReportPage key={section} subject={section} />;
  }
}

export default function ReportsPage({ section }: { section: string }) {
  const { t } = useTranslation();
  const here = SECTIONS.find((one) => one === section);
  useTitle(t("page.reports"));
  if (section === "") return <Redirect to="/reports/queues" replace />;
  if (!here) return <Empty title={t("page.unknown")} text={t("page.unknownText")} />;
  return (
    <div className={classes.page}>
      <div className={classes.top}>
        <h1>{t("page.reports")}</h1>
        <Sections here={here} />
      </div>
      <PrintedHead section={here} />
      <Suspense fallback={<PageSkeleton />}>
        <Body section={here} />
      </Suspense>
    </div>
  );
}
