import { Button, Menu, Modal } from "@mantine/core";
import { IconCalendarTime, IconDots, IconHistory, IconSend, IconShare, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { ApiError } from "../api/client";
import { useFormat, useMay, useSettings } from "../api/queries";
import { Failure } from "../parts/Failure";
import table from "../parts/Table.module.css";
import { useTell } from "../parts/useTell";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import dialog from "./Dialog.module.css";
import page from "./ReportsPage.module.css";
import { RunLog, RunState } from "./RunLog";
import classes from "./SavedPage.module.css";
import { ScheduleDialog } from "./ScheduleDialog";
import { addressOf, useDeleteReport, useSaved, useSaveReport, useSendReport } from "./saved";
import type { SavedReport, Schedule } from "./shapes";

function useScheduleWords(): (schedule: Schedule) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (schedule) => {
    const { every, weekday, day, time } = schedule;
    if (!schedule.is_enabled) return t("saved.paused");
    if (every === "week") return t("saved.weekly", { day: format.weekday(weekday ?? 1), time });
    return every === "month" ? t("saved.monthly", { day, time }) : t("saved.daily", { time });
  };
}

type Dialog = "schedule" | "runs" | "delete";

/** Asks before it removes what others may use. */
function DeleteDialog({ report, onClose }: { report: SavedReport; onClose: () => void }) {
  const { t } = useTranslation();
  const remove = useDeleteReport(report.id);
  return (
    <Modal opened onClose={onClose} title={t("saved.delete")} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <div className={dialog.dialog}>
        <p>
          {report.is_shared
            ? t("saved.deleteSharedSure", { name: report.name })
            : t("saved.deleteSure", { name: report.name })}
        </p>
        {remove.isError && <Failure error={remove.error} />}
        <div className={dialog.actions}>
          <Button variant="default" onClick={onClose}>
            {t("callbacks.cancel")}
          </Button>
          <Button
            color="red"
            loading={remove.isPending}
            onClick={() => remove.mutate(undefined, { onSuccess: onClose })}
          >
            {t("saved.delete")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function Actions({ report, onDialog }: { report: SavedReport; onDialog: (dialog: Dialog) => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const maySend = useMay("send_reports");
  const send = useSendReport(report.id);
  const save = useSaveReport(report.id);
  const mayChange = report.is_mine || (report.is_shared && maySend);
  const share = () => save.mutate({ is_shared: !report.is_shared }, { onError: tell.failure });
  const sendNow = () =>
    send.mutate(undefined, {
      onSuccess: (run) =>
        run.state === "failed"
          ? tell.failure(new ApiError(0, "failed", run.detail))
          : tell.success(t(`saved.told.${run.state === "sent" ? "sent" : "waiting"}`, { name: report.name })),
      onError: tell.failure,
    });
  return (
    <div className={classes.actions}>
      {maySend && (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconSend size={13} aria-hidden />}
          loading={send.isPending}
          disabled={report.schedule === null}
          title={report.schedule === null ? t("saved.sendNeedsSchedule") : undefined}
          aria-label={t("saved.sendNowOf", { name: report.name })}
          onClick={sendNow}
        >
          {t("saved.sendNow")}
        </Button>
      )}
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button size="compact-xs" variant="subtle" color="gray" aria-label={t("saved.moreOf", { name: report.name })}>
            <IconDots size={15} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {maySend && mayChange && (
            <Menu.Item leftSection={<IconCalendarTime size={15} />} onClick={() => onDialog("schedule")}>
              {t("saved.schedule")}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconHistory size={15} />} onClick={() => onDialog("runs")}>
            {t("saved.runs")}
          </Menu.Item>
          {report.is_mine && (
            <Menu.Item leftSection={<IconShare size={15} />} onClick={share}>
              {report.is_shared ? t("saved.unshare") : t("saved.shareNow")}
            </Menu.Item>
          )}
          {mayChange && (
            <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => onDialog("delete")}>
              {t("saved.delete")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

function ReportRow({ report }: { report: SavedReport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useScheduleWords();
  const queues = useSettings().data?.queues ?? [];
  const [open, setOpen] = useState<Dialog | null>(null);
  const close = () => setOpen(null);
  const about = [
    t(`reports.subject.${report.subject}`),
    t(`reports.range.${report.span}`),
    report.interval !== "none" && t(`reports.intervals.${report.interval}`),
    report.queue,
    report.team,
    report.agent,
  ].filter(Boolean);
  return (
    <tr>
      <td className={classes.name}>
        <Link href={addressOf(report, queues)}>{report.name}</Link>
        <small>{about.join(" · ")}</small>
      </td>
      <td data-label={t("saved.owner")}>
        {report.is_mine ? t("saved.mine") : report.owner}
        {report.is_shared && <small> {t("saved.shared")}</small>}
      </td>
      <td data-label={t("saved.schedule")}>
        {report.schedule ? words(report.schedule) : <span className="muted">{t("saved.noSchedule")}</span>}
        {report.next_run_at !== null && (
          <small>{t("saved.next", { time: format.dateMinute(report.next_run_at) })}</small>
        )}
      </td>
      <td data-label={t("saved.lastRun")}>
        {report.last_run ? <RunState run={report.last_run} /> : <span className="muted">{t("saved.neverRan")}</span>}
      </td>
      <td className={table.right}>
        <Actions report={report} onDialog={setOpen} />
        {open === "schedule" && <ScheduleDialog report={report} onClose={close} />}
        {open === "runs" && <RunLog report={report} onClose={close} />}
        {open === "delete" && <DeleteDialog report={report} onClose={close} />}
      </td>
    </tr>
  );
}

export default function SavedPage() {
  const { t } = useTranslation();
  const saved = useSaved();
  if (saved.isPending) return <RowsSkeleton rows={5} />;
  if (saved.isError) return <Failure error={saved.error} onRetry={() => void saved.refetch()} />;
  return (
    <div className="panel">
      {saved.data.length === 0 ? (
        <Empty title={t("saved.none")} text={t("saved.noneText")}>
          <Link href="/reports/queues">{t("saved.noneWay")}</Link>
        </Empty>
      ) : (
        <div className={page.scroll}>
          <table className={`${table.table} ${classes.saved}`}>
            <thead>
              <tr>
                <th scope="col">{t("saved.report")}</th>
                <th scope="col">{t("saved.owner")}</th>
                <th scope="col">{t("saved.schedule")}</th>
                <th scope="col">{t("saved.lastRun")}</th>
                <th scope="col">
                  <span className="visually-hidden">{t("callbacks.actions")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {saved.data.map((report) => (
                <ReportRow key={report.id} report={report} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
