import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { useMay, useSeesAll } from "../api/queries";
import type { Permission } from "../api/shapes";
import page from "../parts/Page.module.css";
import { useTitle } from "../parts/useTitle";
import { Empty } from "../parts/Waiting";
import classes from "./AlertsPage.module.css";
import { Deliveries } from "./Deliveries";
import { History } from "./History";
import { Rules } from "./Rules";
import { Wallboards } from "./Wallboards";

const TABS = [
  { path: "/alerts", name: "history", permission: "see_alerts", isOfCentre: false },
  { path: "/alerts/rules", name: "rules", permission: "see_alerts", isOfCentre: true },
  { path: "/alerts/wallboards", name: "wallboards", permission: "manage_wallboards", isOfCentre: false },
  { path: "/alerts/deliveries", name: "deliveries", permission: "manage_webhooks", isOfCentre: true },
] as const satisfies readonly { path: string; name: string; permission: Permission; isOfCentre: boolean }[];

const PARTS: Record<(typeof TABS)[number]["name"], () => ReactNode> = {
  history: History,
  rules: Rules,
  wallboards: Wallboards,
  deliveries: Deliveries,
};

function useOpens({ permission, isOfCentre }: (typeof TABS)[number]): boolean {
  const seesAll = useSeesAll();
  return useMay(permission) && (seesAll || !isOfCentre);
}

function Tab({ tab, isHere }: { tab: (typeof TABS)[number]; isHere: boolean }) {
  const { t } = useTranslation();
  const { path, name } = tab;
  if (!useOpens(tab)) return null;
  return (
    <Link href={path} className={classes.tab} aria-current={isHere ? "page" : undefined}>
      {t(`alerts.tab.${name}`)}
    </Link>
  );
}

function Part({ tab }: { tab: (typeof TABS)[number] }) {
  const { t } = useTranslation();
  const Shown = PARTS[tab.name];
  return useOpens(tab) ? <Shown /> : <Empty title={t("page.notAllowed")} text={t("page.notAllowedText")} />;
}

export default function AlertsPage() {
  const { t } = useTranslation();
  const [location] = useLocation();
  const here = TABS.find((tab) => tab.path === location) ?? TABS[0];
  useTitle(t(`alerts.tab.${here.name}`));
  return (
    <div className={page.page}>
      <div className={classes.head}>
        <h1>{t("page.alerts")}</h1>
        <nav className={classes.tabs} aria-label={t("alerts.tabs")}>
          {TABS.map((tab) => (
            <Tab key={tab.path} tab={tab} isHere={tab === here} />
          ))}
        </nav>
      </div>
      <Part key={here.name} tab={here} />
    </div>
  );
}
