import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import page from "../reports/ReportsPage.module.css";
import classes from "./Dialling.module.css";
import { EmergencyStopButton } from "./EmergencyStop";

const SECTIONS = [
  { path: "/callbacks", name: "lists" },
  { path: "/callbacks/do-not-call", name: "doNotCall" },
  { path: "/callbacks/tester", name: "tester" },
] as const;

/** The head of the pages about callbacks: where one is, what can be done there, and the emergency stop. */
export function CallbackSections({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  const [location] = useLocation();
  return (
    <div className={classes.sections}>
      <div className={page.top}>
        <h1>{t("page.callbacks")}</h1>
        <nav className={page.sections} aria-label={t("page.callbacks")}>
          {SECTIONS.map(({ path, name }) => (
            <Link key={path} href={path} aria-current={location === path ? "page" : undefined}>
              {t(`callbacks.section.${name}`)}
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
