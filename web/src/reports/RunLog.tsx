import { Modal } from "@mantine/core";
import { IconCheck, IconLoader, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { Failure } from "../parts/Failure";
import { MoreButton } from "../parts/MoreButton";
import table from "../parts/Table.module.css";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./RunLog.module.css";
import { useRuns } from "./saved";
import type { Run, SavedReport } from "./shapes";

const ICONS = { running: IconLoader, waiting: IconLoader, sent: IconCheck, failed: IconX };

export function RunState({ run }: { run: Run }) {
  const { t } = useTranslation();
  const format = useFormat();
  const Icon = ICONS[run.state];
  return (
    <span className={classes.state} data-state={run.state}>
      <Icon size={14} aria-hidden />
      {t(`saved.runState.${run.state}`)}{" "}
      <small className="num">{format.dateMinute(run.ended_at ?? run.began_at)}</small>
      {run.state === "failed" && run.detail && <small className={classes.detail}>{run.detail}</small>}
    </span>
  );
}

function RunTable({ runs }: { runs: Run[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{t("saved.due")}</th>
          <th scope="col">{t("saved.about")}</th>
          <th scope="col">{t("saved.askedBy")}</th>
          <th scope="col">{t("saved.result")}</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <td className="num">{format.dateMinute(run.due_at)}</td>
            <td className="num">
              {run.dates.from === run.dates.to ? run.dates.from : `${run.dates.from} – ${run.dates.to}`}
            </td>
            <td>{run.asked_by ?? t("saved.bySchedule")}</td>
            <td>
              <RunState run={run} />
              {run.state === "sent" && (run.detail || run.file) && (
                <small className={classes.detail}>{run.detail || run.file}</small>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Every delivery of a report: when it was due, of which days, who asked for it, and what came of it. */
export function RunLog({ report, onClose }: { report: SavedReport; onClose: () => void }) {
  const { t } = useTranslation();
  const result = useRuns(report.id);
  const runs = result.data?.pages.flatMap((part) => part.runs) ?? [];
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t("saved.runsOf", { name: report.name })}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      {result.isPending && <RowsSkeleton rows={4} />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {result.data && runs.length === 0 && <Empty title={t("saved.neverRan")} text={t("saved.neverRanText")} />}
      {runs.length > 0 && <RunTable runs={runs} />}
      <MoreButton pages={result} />
    </Modal>
  );
}
