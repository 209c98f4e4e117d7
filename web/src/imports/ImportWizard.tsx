import { Button, FileInput, Modal, Progress } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { queryClient, useFormat } from "../api/queries";
import { Failure } from "../parts/Failure";
import { Columns } from "./Columns";
import classes from "./Imports.module.css";
import {
  goodRows,
  type ImportJob,
  type Into,
  type Options,
  useDraft,
  useImport,
  usePreview,
  useRunningImport,
  useStartImport,
} from "./imports";
import { OptionsForm } from "./OptionsForm";
import { Preview } from "./Preview";
import { Result } from "./Result";

/** What is asked for again when an import is done. */
const QUERIES = { targets: "lists", do_not_call: "do-not-call", customers: "customers" };

/** A file is chosen, its columns are named, its first rows looked at; then, on purpose, it is imported. */
export function ImportWizard({ into, title, onClose }: { into: Into; title: string; onClose: () => void }) {
  const { t } = useTranslation();
  const isPhone = useMediaQuery("(max-width: 48rem)");
  const running = useRunningImport(into);
  const [chosen, setChosen] = useState<number | null>(null);
  const id = chosen ?? running.data?.id ?? null;
  const job = useImport(id);
  const state = job.data?.state;
  useEffect(() => {
    if (state === "done") void queryClient.invalidateQueries({ queryKey: [QUERIES[into.kind]] });
  }, [state, into.kind]);
  return (
    <Modal
      opened
      onClose={onClose}
      fullScreen={isPhone}
      size="56rem"
      title={title}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <div className={classes.dialog}>
        {(!state || state === "draft") && <Choose into={into} onDraft={setChosen} />}
        {job.isError && <Failure error={job.error} />}
        {job.data?.state === "draft" && <Draft key={job.data.id} job={job.data} onClose={onClose} />}
        {job.data?.state === "running" && <Running job={job.data} onClose={onClose} />}
        {job.data && ["done", "refused", "failed"].includes(job.data.state) && (
          <Ended job={job.data} onClose={onClose} onAnother={() => setChosen(null)} />
        )}
      </div>
    </Modal>
  );
}

function Choose({ into, onDraft }: { into: Into; onDraft: (id: number | null) => void }) {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  const draft = useDraft(into);
  const hints = {
    targets: t("import.hint"),
    do_not_call: t("import.hintBans"),
    customers: t("import.hintCustomers"),
  };
  function choose(chosen: File | null) {
    setFile(chosen);
    onDraft(null);
    draft.reset();
    if (chosen) draft.mutate(chosen, { onSuccess: (job) => onDraft(job.id) });
  }
  return (
    <>
      <FileInput
        label={t("import.file")}
        description={hints[into.kind]}
        placeholder={t("import.choose")}
        leftSection={<IconFileSpreadsheet size={18} aria-hidden />}
        accept=".csv,.tsv,.txt,.xlsx,text/csv"
        value={file}
        onChange={choose}
        clearable
        clearButtonProps={{ "aria-label": t("import.clear") }}
      />
      {draft.isPending && <p role="status">{t("import.reading")}</p>}
      {draft.isError && <Failure error={draft.error} />}
    </>
  );
}

function Draft({ job, onClose }: { job: ImportJob; onClose: () => void }) {
  const { t } = useTranslation();
  const [options, setOptions] = useState(job.options as Options);
  const preview = usePreview(job, options);
  const start = useStartImport();
  const roles = options.columns ?? [];
  const hasNumber = roles.includes("number");
  return (
    <>
      <Columns
        job={job}
        roles={roles}
        rows={preview.data ?? []}
        onChange={(columns) => setOptions({ ...options, columns })}
      />
      {job.kind !== "do_not_call" && <OptionsForm kind={job.kind} options={options} onChange={setOptions} />}
      {!hasNumber && <p className={classes.fault}>{t("import.noNumberColumn")}</p>}
      {hasNumber && preview.isError && <Failure error={preview.error} />}
      {hasNumber && preview.data && !preview.isError && <Preview rows={preview.data} />}
      {start.isError && <Failure error={start.error} />}
      <div className={classes.actions}>
        <Button variant="default" onClick={onClose}>
          {t("callbacks.cancel")}
        </Button>
        <Button
          disabled={!hasNumber || preview.isError || !preview.data}
          loading={start.isPending}
          onClick={() => start.mutate({ id: job.id, options })}
        >
          {t("import.submit")}
        </Button>
      </div>
    </>
  );
}

function Running({ job, onClose }: { job: ImportJob; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { phase = "checking", done = 0, total = 0 } = job.progress ?? {};
  const label = t(`import.phase.${phase}`, { done: format.number(done), total: format.number(total) });
  return (
    <>
      <p role="status" className={classes.running}>
        {job.file_name}: {label}
      </p>
      <Progress value={total ? (100 * done) / total : 0} size="lg" animated aria-label={label} />
      <p className="muted">{t("import.goesOn")}</p>
      <div className={classes.actions}>
        <Button variant="default" onClick={onClose}>
          {t("frame.close")}
        </Button>
      </div>
    </>
  );
}

function Ended({ job, onClose, onAnother }: { job: ImportJob; onClose: () => void; onAnother: () => void }) {
  const { t } = useTranslation();
  const start = useStartImport();
  const good = job.counts ? goodRows(job.counts) : 0;
  return (
    <>
      <Result job={job} />
      {start.isError && <Failure error={start.error} />}
      <div className={classes.actions}>
        <Button variant="default" onClick={onAnother}>
          {t("import.another")}
        </Button>
        {job.state === "refused" && good > 0 && (
          <Button
            loading={start.isPending}
            onClick={() => start.mutate({ id: job.id, options: { ...(job.options as Options), skip_bad: true } })}
          >
            {t("import.skipBad", { bad: job.counts?.errors ?? 0, good })}
          </Button>
        )}
        {job.state === "failed" && (
          <Button
            loading={start.isPending}
            onClick={() => start.mutate({ id: job.id, options: job.options as Options })}
          >
            {t("import.again")}
          </Button>
        )}
        {job.state === "done" && <Button onClick={onClose}>{t("frame.close")}</Button>}
      </div>
    </>
  );
}
