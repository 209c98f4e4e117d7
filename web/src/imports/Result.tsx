import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { addressOf } from "../api/client";
import { useFormat } from "../api/queries";
import { useLanguage } from "../i18n";
import table from "../parts/Table.module.css";
import classes from "./Imports.module.css";
import type { ImportJob } from "./imports";
import { useReason } from "./reasons";

/** What came of an import: counts, the first rows in error, and the file of all of them. */
export function Result({ job }: { job: ImportJob }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const isDone = job.state === "done";
  const hasFile = (job.counts?.errors ?? 0) + (job.counts?.duplicates ?? 0) > 0;
  return (
    <>
      <p className={classes.summary} data-state={job.state} role="status">
        {isDone ? <IconCircleCheck size={18} aria-hidden /> : <IconAlertTriangle size={18} aria-hidden />}
        {isDone && t("import.isDone", { file: job.file_name })}
        {job.state === "refused" && t("import.isRefused")}
        {job.state === "failed" && t("import.isFailed")}
      </p>
      {job.state === "failed" && <p>{job.detail}</p>}
      {job.counts && <Numbers job={job} />}
      {job.errors && job.errors.length > 0 && <Errors job={job} />}
      {hasFile && (
        <Button
          component="a"
          href={addressOf("GET /api/imports/{import_id}/errors.csv", {
            path: { import_id: job.id },
            query: { language },
          })}
          download
          variant="default"
          size="xs"
          leftSection={<IconDownload size={15} />}
          className={classes.download}
        >
          {t("import.download")}
        </Button>
      )}
    </>
  );
}

const COUNTS = ["rows", "imported", "merged", "duplicates", "errors"] as const;

function Numbers({ job }: { job: ImportJob }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { counts } = job;
  if (!counts) return null;
  return (
    <dl className={classes.counts}>
      {COUNTS.filter((count) => count !== "merged" || counts.merged > 0).map((count) => (
        <div key={count}>
          <dt>{t(`import.counts.${count}`)}</dt>
          <dd className="num">{format.number(counts[count])}</dd>
        </div>
      ))}
    </dl>
  );
}

function Errors({ job }: { job: ImportJob }) {
  const { t } = useTranslation();
  const reason = useReason();
  const errors = job.errors ?? [];
  const more = (job.counts?.errors ?? 0) - errors.length;
  return (
    <div className={classes.block}>
      <h3>{t("import.errors")}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section className={classes.lines} aria-label={t("import.errors")} tabIndex={0}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t("import.line")}</th>
              <th scope="col">{t("import.column")}</th>
              <th scope="col">{t("import.value")}</th>
              <th scope="col">{t("import.reason")}</th>
            </tr>
          </thead>
          <tbody>
            {errors.map((error) => (
              <tr key={`${error.line} ${error.column}`}>
                <td className="num">{error.line}</td>
                <td>{error.column}</td>
                <td className={classes.value}>{error.value || t("import.empty")}</td>
                <td>{reason(error)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {more > 0 && <p className="muted">{t("import.moreInFile", { count: more })}</p>}
    </div>
  );
}
