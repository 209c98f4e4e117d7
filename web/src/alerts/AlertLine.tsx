import { IconAlertTriangle, IconAlertTriangleFilled, IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Alert, Severity } from "../api/shapes";
import { usePauseReason } from "../floor/usePauseReason";
import { useLanguage } from "../i18n";
import { ALL } from "../live/health";
import { Timer } from "../live/Timer";
import classes from "./AlertLine.module.css";
import { type KindWords, useKinds } from "./alerts";
import { amount, sentence, told } from "./told";

/** Filled for critical, outlined for a warning; told in words, too. */
export function SeverityMark({ severity, size = 16 }: { severity: Severity; size?: number }) {
  const { t } = useTranslation();
  const Icon = severity === "critical" ? IconAlertTriangleFilled : IconAlertTriangle;
  return (
    <Icon
      size={size}
      className={classes.mark}
      data-severity={severity}
      role="img"
      aria-label={t(`alerts.severity.${severity}`)}
    />
  );
}

/** What an open alert says; the value runs where it is a time. */
export function Sentence({ alert, kind, reason }: { alert: Alert; kind: KindWords; reason: (code: string) => string }) {
  const { t } = useTranslation();
  const [before, after] = told(alert, sentence(kind, useLanguage()), kind.measure, {
    reason,
    everywhere: t("alerts.everywhere"),
  });
  return (
    <>
      {before}
      <strong className="num">
        {alert.is_lasting ? (
          <Timer since={alert.since} pbx={alert.who.pbx ?? ALL} />
        ) : (
          amount(alert.value, kind.measure)
        )}
      </strong>
      {after}
    </>
  );
}

/** An open alert in the bell's drawer or on the page. */
export function AlertLine({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  const reason = usePauseReason();
  const kind = useKinds().data?.find((one) => one.id === alert.kind);
  return (
    <span
      className={classes.line}
      data-severity={alert.severity}
      data-seen={alert.acknowledged_at !== null || undefined}
    >
      <SeverityMark severity={alert.severity} />
      <span>
        <span>{kind ? <Sentence alert={alert} kind={kind} reason={reason} /> : alert.kind}</span>
        {alert.acknowledged_at !== null && (
          <small className={classes.seen}>
            <IconCheck size={12} aria-hidden />
            {t("alerts.seenBy", { name: alert.acknowledged_by ?? "" })}
            {alert.note && `: ${alert.note}`}
          </small>
        )}
      </span>
    </span>
  );
}
