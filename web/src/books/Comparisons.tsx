import { Button, Loader } from "@mantine/core";
import { IconCheck, IconScale } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay, useQueueWord, useZone } from "../api/queries";
import type { BookDifference, Reconciliation } from "../api/shapes";
import { callPath } from "../calls/path";
import { dayStart, toWall } from "../format";
import { serverNow } from "../live/clock";
import { Failure } from "../parts/Failure";
import { Outcome } from "../parts/Outcome";
import table from "../parts/Table.module.css";
import { useTell } from "../parts/useTell";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./Books.module.css";
import { useCompare, useReconciliations } from "./books";

function Side({ outcome }: { outcome: string | null }) {
  const { t } = useTranslation();
  return outcome === null ? <span className={classes.quiet}>{t("books.nothing")}</span> : <Outcome outcome={outcome} />;
}

/** The server says it in English; the known ones are told in the reader's language. */
function useBecause(): (difference: BookDifference) => string {
  const { t } = useTranslation();
  return ({ stored, logged, explanation }) =>
    explanation && t(`books.explanation.${stored}_${logged}` as "books.nothing", { defaultValue: explanation });
}

function Differences({ pbx, found }: { pbx: string; found: BookDifference[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queueWord = useQueueWord();
  const because = useBecause();
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{t("books.joined")}</th>
          <th scope="col">{t("books.queue")}</th>
          <th scope="col">{t("books.ours")}</th>
          <th scope="col">{t("books.theirs")}</th>
          <th scope="col">{t("books.because")}</th>
        </tr>
      </thead>
      <tbody>
        {found.map((each) => (
          <tr key={`${each.channel_id} ${each.joined_at}`} className={table.linked}>
            <td className={`num ${classes.when}`}>
              <Link href={callPath(pbx, each.call_id)} className={table.cover}>
                {format.dateTime(each.joined_at)}
              </Link>
            </td>
            <td>{queueWord(pbx, each.queue)}</td>
            <td>
              <Side outcome={each.stored} />
            </td>
            <td>
              <Side outcome={each.logged} />
            </td>
            <td className={`${classes.quiet} ${classes.why}`}>{because(each)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Verdict({ run }: { run: Reconciliation }) {
  const { t } = useTranslation();
  const visits = run.counts.reduce((sum, count) => sum + count.logged, 0);
  if (run.error) return <span className={classes.bad}>{run.error}</span>;
  return (
    <span>
      {run.difference_count === 0 ? (
        <>
          <IconCheck size={14} aria-hidden className={classes.good} /> {t("books.equal", { count: visits })}
        </>
      ) : (
        <span className={classes.bad}>{t("books.differences", { count: run.difference_count })}</span>
      )}
      {run.explained_count > 0 && (
        <span className={classes.quiet}> · {t("books.explained", { count: run.explained_count })}</span>
      )}
    </span>
  );
}

function Run({ run }: { run: Reconciliation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const all = [...run.differences, ...run.explained];
  const head = (
    <>
      <strong>{format.date(run.from)}</strong> <span className={classes.quiet}>{run.pbx}</span> <Verdict run={run} />
      <small className={classes.ran}>{t("books.ranAt", { time: format.dateMinute(run.ran_at) })}</small>
    </>
  );
  if (all.length === 0) return <div className={classes.run}>{head}</div>;
  return (
    <details className={classes.details}>
      <summary className={classes.run}>{head}</summary>
      <div className={classes.scroll}>
        <Differences pbx={run.pbx} found={all} />
      </div>
    </details>
  );
}

function Compare({ isRunning }: { isRunning: boolean }) {
  const { t } = useTranslation();
  const zone = useZone();
  const tell = useTell();
  const compare = useCompare();
  const [day, setDay] = useState(() => toWall(zone, dayStart(zone, serverNow(), -1)).slice(0, 10));
  const begin = () => compare.mutate(day, { onError: tell.failure });
  return (
    <form
      className={classes.compare}
      onSubmit={(event) => {
        event.preventDefault();
        begin();
      }}
    >
      <input
        type="date"
        required
        aria-label={t("books.day")}
        value={day}
        onChange={(event) => setDay(event.target.value)}
      />
      <Button type="submit" size="xs" variant="default" disabled={isRunning} leftSection={<IconScale size={15} />}>
        {t("books.compare")}
      </Button>
    </form>
  );
}

/** Our books beside queue_log, day by day. */
export function Comparisons() {
  const { t } = useTranslation();
  const mayCompare = useMay("manage_users");
  const asked = useReconciliations();
  const isRunning = (asked.data?.running.length ?? 0) > 0;
  const hasLog = (asked.data?.pbxs.length ?? 0) > 0;
  return (
    <section className="panel" aria-labelledby="comparisons-title">
      <div className={classes.head}>
        <h2 id="comparisons-title">{t("books.comparisons")}</h2>
        {isRunning && (
          <span role="status" className={classes.quiet}>
            <Loader size={14} /> {t("books.running", { pbx: asked.data?.running.join(", ") })}
          </span>
        )}
        {mayCompare && hasLog && <Compare isRunning={isRunning} />}
      </div>
      {asked.isPending && <RowsSkeleton rows={3} />}
      {asked.isError && <Failure error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.data && !hasLog && <Empty title={t("books.noLog")} text={t("books.noLogText")} />}
      {asked.data && hasLog && asked.data.runs.length === 0 && (
        <Empty title={t("books.noRuns")} text={t("books.noRunsText")} />
      )}
      {asked.data?.runs.map((run) => (
        <Run key={run.id} run={run} />
      ))}
    </section>
  );
}
