import { Button, Checkbox, FileInput, Modal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconCheck, IconFileSpreadsheet } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CallbackList, ImportReport } from "../api/shapes";
import { Failure } from "../parts/Failure";
import table from "../parts/Table.module.css";
import { useTell } from "../parts/useTell";
import classes from "./ImportDialog.module.css";
import { goodRows, sendImport } from "./lists";

/** More lines than anybody corrects by hand from a dialog; the rest is counted. */
const MOST_LINES = 200;

function ErrorTable({ report }: { report: ImportReport }) {
  const { t } = useTranslation();
  return (
    <section className={classes.block}>
      <h3>{t("import.errors", { count: report.errors.length })}</h3>
      <div className={classes.lines}>
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
            {report.errors.slice(0, MOST_LINES).map((error) => (
              <tr key={`${error.line} ${error.column}`}>
                <td className="num">{error.line}</td>
                <td>{error.column}</td>
                <td className={classes.value}>{error.value || t("import.empty")}</td>
                <td>{t(`import.reasons.${error.code as "too_long"}`, { defaultValue: error.reason })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {report.errors.length > MOST_LINES && <p className="muted">{t("import.firstOnly", { count: MOST_LINES })}</p>}
    </section>
  );
}

function DuplicateTable({ report }: { report: ImportReport }) {
  const { t } = useTranslation();
  return (
    <section className={classes.block}>
      <h3>{t("import.duplicates", { count: report.duplicates.length })}</h3>
      <ul className={classes.lines}>
        {report.duplicates.slice(0, MOST_LINES).map((duplicate) => (
          <li key={duplicate.line} className="num">
            {duplicate.code === "from_list"
              ? t("import.knownAlready", { line: duplicate.line, number: duplicate.number })
              : t("import.sameAs", { line: duplicate.line, number: duplicate.number, first: duplicate.first_line })}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Preview({ report }: { report: ImportReport }) {
  const { t } = useTranslation();
  return (
    <>
      <p className={classes.summary}>
        <IconCheck size={16} aria-hidden />
        {t("import.summary", { rows: report.rows, good: goodRows(report) })}
      </p>
      {report.errors.length > 0 && <ErrorTable report={report} />}
      {report.duplicates.length > 0 && <DuplicateTable report={report} />}
    </>
  );
}

/** First a trial, which changes nothing and shows what would happen; then, on purpose, the import. */
export function ImportDialog({ list, onClose }: { list: CallbackList; onClose: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const isPhone = useMediaQuery("(max-width: 48rem)");
  const [file, setFile] = useState<File | null>(null);
  const [skipBad, setSkipBad] = useState(false);
  const trial = useMutation({
    mutationFn: (chosen: File) => sendImport(list.id, chosen, { dryRun: true, skipBad: false }),
  });
  const real = useMutation({
    mutationFn: (chosen: File) => sendImport(list.id, chosen, { dryRun: false, skipBad }),
    onSuccess: (report) => {
      if (report.imported === 0) return;
      tell.success(t("import.done", { count: report.imported }));
      onClose();
    },
  });
  function choose(chosen: File | null) {
    setFile(chosen);
    setSkipBad(false);
    real.reset();
    trial.reset();
    if (chosen) trial.mutate(chosen);
  }
  const report = real.data ?? trial.data;
  const good = report ? goodRows(report) : 0;
  const hasErrors = (report?.errors.length ?? 0) > 0;
  return (
    <Modal
      opened
      onClose={onClose}
      fullScreen={isPhone}
      size="xl"
      title={t("import.title", { name: list.name })}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <div className={classes.dialog}>
        <FileInput
          label={t("import.file")}
          description={t("import.hint")}
          placeholder={t("import.choose")}
          leftSection={<IconFileSpreadsheet size={18} aria-hidden />}
          accept=".csv,.tsv,.txt,text/csv"
          value={file}
          onChange={choose}
          clearable
          clearButtonProps={{ "aria-label": t("import.clear") }}
        />
        {trial.isPending && <p role="status">{t("import.reading")}</p>}
        {trial.isError && <Failure error={trial.error} />}
        {real.isError && <Failure error={real.error} />}
        {report && <Preview report={report} />}
        {hasErrors && good > 0 && (
          <Checkbox
            label={t("import.skipBad", { count: report?.errors.length ?? 0 })}
            checked={skipBad}
            onChange={(event) => setSkipBad(event.currentTarget.checked)}
          />
        )}
        <div className={classes.actions}>
          <Button variant="default" onClick={onClose}>
            {t("callbacks.cancel")}
          </Button>
          <Button
            disabled={!file || !report || good === 0 || (hasErrors && !skipBad)}
            loading={real.isPending}
            onClick={() => file && real.mutate(file)}
          >
            {t("import.submit", { count: good })}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
