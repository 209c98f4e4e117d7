import { ActionIcon, Drawer, Switch } from "@mantine/core";
import { IconBell, IconBellRinging } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "../api/queries";
import type { Alert } from "../api/shapes";
import { ALL, useFrozen } from "../live/health";
import { useLive } from "../live/store";
import { Empty } from "../parts/Waiting";
import { Acknowledge } from "./Acknowledge";
import { AlertLine } from "./AlertLine";
import classes from "./Bell.module.css";
import { play, turnSound, useSound } from "./sound";
import { useOpenAlerts } from "./useOpenAlerts";

/** Sounds once for what was raised while this page was looking; not for what it found when it came. */
function useAlarm(alerts: Alert[]): void {
  const heard = useRef<Set<string> | null>(null);
  const isThere = useLive((live) => live.epoch !== null);
  useEffect(() => {
    if (!isThere) return;
    const known = heard.current;
    heard.current = new Set(alerts.map((alert) => alert.alert_id));
    if (known === null) return;
    const fresh = alerts.filter((alert) => alert.sound && alert.acknowledged_at === null && !known.has(alert.alert_id));
    if (fresh.length > 0) play(fresh.some((alert) => alert.severity === "critical") ? "critical" : "warning");
  }, [alerts, isThere]);
}

export function OpenAlerts({ alerts }: { alerts: Alert[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (alerts.length === 0) return <Empty title={t("alerts.none")} text={t("alerts.noneText")} />;
  return (
    <ul className={classes.list}>
      {alerts.map((alert) => (
        <li key={alert.alert_id} data-severity={alert.severity} data-alert={alert.alert_id}>
          <AlertLine alert={alert} />
          <span className={classes.foot}>
            <small>{t("alerts.raisedAt", { time: format.dateTime(alert.raised_at) })}</small>
            <Acknowledge alert={alert} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function SoundSwitch() {
  const { t } = useTranslation();
  const on = useSound();
  return (
    <Switch
      size="sm"
      label={t("alerts.sound")}
      description={t("alerts.soundHint")}
      checked={on}
      onChange={(event) => turnSound(event.currentTarget.checked)}
    />
  );
}

/** On every page: how many alerts nobody has taken notice of, and behind it all that are open. */
export function Bell() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const alerts = useOpenAlerts();
  const isStale = useFrozen(ALL) !== null;
  useAlarm(alerts);
  const unseen = alerts.filter((alert) => alert.acknowledged_at === null);
  const isCritical = unseen.some((alert) => alert.severity === "critical");
  const Icon = unseen.length > 0 ? IconBellRinging : IconBell;
  return (
    <>
      <ActionIcon
        variant="subtle"
        color="gray"
        className={classes.bell}
        aria-label={t("alerts.bell", { count: unseen.length })}
        onClick={() => setOpen(true)}
      >
        <Icon size={18} />
        {unseen.length > 0 && (
          <span className={`num ${classes.badge}`} data-severity={isCritical ? "critical" : "warning"} aria-hidden>
            {unseen.length > 99 ? "99+" : unseen.length}
          </span>
        )}
      </ActionIcon>
      <span className="visually-hidden" role="status">
        {unseen.length > 0 && t("alerts.bell", { count: unseen.length })}
      </span>
      <Drawer
        opened={isOpen}
        onClose={() => setOpen(false)}
        position="right"
        size={460}
        title={t("alerts.open")}
        closeButtonProps={{ "aria-label": t("frame.close") }}
      >
        <div className={classes.top}>
          <SoundSwitch />
          <Link href="/alerts" onClick={() => setOpen(false)}>
            {t("alerts.toPage")}
          </Link>
        </div>
        {isStale && <p className={classes.stale}>{t("alerts.stale")}</p>}
        <OpenAlerts alerts={alerts} />
      </Drawer>
    </>
  );
}
