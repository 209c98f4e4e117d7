import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { useSeesAll } from "../api/queries";
import page from "../reports/ReportsPage.module.css";
import classes from "./Dialling.module.css";
import { EmergencyStopButton } from "./EmergencyStop";

/** The head of the pages about callbacks: where one is, what can be done there, and the emergency stop. */
export function CallbackSections({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  const [location] = useLocation();
  const seesAll = useSeesAll();
  const sections = [
    { path: "/callbacks", title: t("callbacks.section.lists") },
    ...(seesAll ? [{ path: "/callbacks/do-not-call", title: t("doNotCall.title") }] : []),
    { path: "/callbacks/tester", title: t("callbacks.section.tester") },
  ];
  return (
    <div className={classes.sections}>
      <div className={page.top}>
        <h1>{t("page.callbacks")}</h1>
        <nav className={page.sections} aria-label={t("page.callbacks")}>
          {sections.map(({ path, title }) => (
            <Link key={path} href={path} aria-current={location === path ? "page" : undefined}>
              {title}
            </Link>
          ))}
        </nav>
      </div>
      <div className={classes.actions}>
        {children}
        <EmergencyStopButton />
      </div>
    </div>
  );
}
