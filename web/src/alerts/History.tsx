import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay } from "../api/queries";
import { callPath } from "../calls/path";
import { usePauseReason } from "../floor/usePauseReason";
import { duration } from "../format";
import { useLabel, useLanguage } from "../i18n";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import { Acknowledge } from "./Acknowledge";
import { SeverityMark } from "./AlertLine";
import classes from "./AlertsPage.module.css";
import { type AlertFilter, type PastAlert, useHistory, useKinds } from "./alerts";
import { OpenAlerts } from "./Bell";
import { amount, sentence, told } from "./told";
import { useOpenAlerts } from "./useOpenAlerts";

/** What an alert said, with the furthest that it went. */
function Said({ alert }: { alert: PastAlert }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const reason = usePauseReason();
  const kind = useKinds().data?.find((one) => one.id === alert.kind);
  if (!kind) return alert.kind;
  const [before, after] = told(alert, sentence(kind, language), kind.measure, {
    reason,
    everywhere: t("alerts.everywhere"),
  });
  return (
    <>
      {before}
      <strong className="num">{amount(alert.value, kind.measure)}</strong>
      {after}
    </>
  );
}

function Row({ alert }: { alert: PastAlert }) {
  const { t } = useTranslation();
  const format = useFormat();
  const seesCalls = useMay("see_calls");
  const { pbx, call_id: call } = alert.who;
  return (
    <tr>
      <td className={classes.top}>
        <SeverityMark severity={alert.severity} /> <Said alert={alert} />
        {seesCalls && pbx && call && alert.cleared_at !== null && (
          <Link className={classes.small} href={callPath(pbx, call)}>
            {t("alerts.toCall")}
          </Link>
        )}
      </td>
      <td className={`num ${classes.top}`}>{format.dateTime(alert.raised_at)}</td>
      <td className={`num ${classes.top}`}>
        {alert.cleared_at === null ? t("alerts.stillOpen") : duration(alert.cleared_at - alert.raised_at)}
      </td>
      <td className={`${classes.top} ${classes.break}`}>
        {alert.acknowledged_at !== null ? (
          <>
            {alert.acknowledged_by}
            <span className={classes.small}>{format.dateTime(alert.acknowledged_at)}</span>
            {alert.note}
          </>
        ) : (
          <Acknowledge alert={alert} />
        )}
      </td>
    </tr>
  );
}

function Filters({ filter, change }: { filter: AlertFilter; change: (fields: Partial<AlertFilter>) => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  const kinds = useKinds().data ?? [];
  return (
    <div className={classes.filters}>
      <Select
        size="xs"
        aria-label={t("alerts.filter.state")}
        data={(["all", "open", "cleared"] as const).map((value) => ({ value, label: t(`alerts.filter.${value}`) }))}
        value={filter.state}
        onChange={(state) => change({ state: (state ?? "all") as AlertFilter["state"] })}
        allowDeselect={false}
      />
      <Select
        size="xs"
        aria-label={t("alerts.filter.kind")}
        placeholder={t("alerts.filter.anyKind")}
        data={kinds.map((kind) => ({ value: kind.id, label: label(kind) }))}
        value={filter.kind || null}
        onChange={(kind) => change({ kind: kind ?? "" })}
        clearable
        searchable
      />
      <Select
        size="xs"
        aria-label={t("alerts.filter.severity")}
        placeholder={t("alerts.filter.anySeverity")}
        data={(["critical", "warning"] as const).map((value) => ({ value, label: t(`alerts.severity.${value}`) }))}
        value={filter.severity || null}
        onChange={(severity) => change({ severity: severity ?? "" })}
        clearable
      />
      <TextInput
        size="xs"
        aria-label={t("seat.agentNumber")}
        placeholder={t("seat.agentNumber")}
        value={filter.agent}
        onChange={(event) => change({ agent: event.currentTarget.value.trim() })}
      />
    </div>
  );
}

const ANY: AlertFilter = { state: "all", kind: "", severity: "", agent: "" };

export function History() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState(ANY);
  const open = useOpenAlerts();
  const history = useHistory(filter);
  const alerts = history.data?.pages.flatMap((page) => page.alerts) ?? [];
  const isFiltered = Object.entries(ANY).some(([name, value]) => filter[name as keyof AlertFilter] !== value);
  return (
    <>
      <section className="panel" aria-labelledby="open-title">
        <h2 id="open-title" className={classes.title}>
          {t("alerts.open")}
        </h2>
        <div className={classes.open}>
          <OpenAlerts alerts={open} />
        </div>
      </section>
      <ListPanel
        title={t("alerts.history")}
        asked={[history]}
        waitingRows={5}
        tools={<Filters filter={filter} change={(fields) => setFilter((now) => ({ ...now, ...fields }))} />}
        columns={[t("alerts.what"), t("alerts.raised"), t("alerts.lasted"), t("alerts.seen")]}
        rows={alerts.map((alert) => <Row key={alert.alert_id} alert={alert} />)}
        empty={{
          title: t("alerts.noHistory"),
          text: isFiltered ? t("alerts.noHistoryFiltered") : t("alerts.noHistoryText"),
        }}
      >
        {history.hasNextPage && (
          <div className={classes.more}>
            <MoreButton pages={history} />
          </div>
        )}
      </ListPanel>
    </>
  );
}
