import { useTranslation } from "react-i18next";
import { useLabel } from "../i18n";
import { SeverityMark } from "./AlertLine";
import classes from "./AlertMark.module.css";
import { useKinds } from "./alerts";
import { gravest } from "./told";
import { useAlertsAt } from "./useOpenAlerts";

/** Marks a seat or queue that an alert is about: by shape, and in words. */
export function AlertMark({ kind, id, short }: { kind: "seats" | "queues"; id: string; short?: boolean }) {
  const { t } = useTranslation();
  const label = useLabel();
  const alerts = useAlertsAt(kind, id);
  const alert = gravest(alerts);
  const kinds = useKinds().data;
  if (!alert) return null;
  const known = kinds?.find((one) => one.id === alert.kind);
  const word = known ? label(known) : t("alerts.one");
  const more = alerts.length > 1 ? ` +${alerts.length - 1}` : "";
  return (
    <span className={classes.mark} data-severity={alert.severity} title={word + more}>
      <SeverityMark severity={alert.severity} size={13} />
      <span className={short ? "visually-hidden" : classes.word}>{word + more}</span>
    </span>
  );
}
