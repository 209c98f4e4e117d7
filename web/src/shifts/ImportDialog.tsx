import { Button, FileInput, Modal } from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../i18n";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import table from "../parts/Table.module.css";
import { useTell } from "../parts/useTell";
import classes from "./Shifts.module.css";
import { type Tried, useErrorFile, useImportFile, useTryFile } from "./shifts";

function Errors({ tried, file }: { tried: Tried; file: File }) {
  const { t } = useTranslation();
  const tell = useTell();
  const saving = useErrorFile(useLanguage());
  return (
    <>
      <p role="alert">{t("shifts.errors", { count: tried.error_count })}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
      <section className={classes.scroll} aria-label={t("shifts.errorRows")} tabIndex={0}>
        <table className={table.table}>
          <thead>
            <tr>
              {(["line", "column", "value", "reason"] as const).map((column) => (
                <th key={column} scope="col">
                  {t(`import.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {tried.errors.map((error) => (
              <tr key={`${error.line} ${error.column}`}>
                <td className="num">{error.line}</td>
                <td>{error.column}</td>
                <td>{error.value}</td>
                <td>{t(`shifts.fault.${error.code}`, { detail: error.detail })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Button
        size="xs"
        variant="default"
        loading={saving.isPending}
        onClick={() => saving.mutate(file, { onError: tell.failure })}
      >
        {t("shifts.errorFile")}
      </Button>
    </>
  );
}

/** A file is chosen and tried; without an error in it, it is imported on purpose. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [file, setFile] = useState<File | null>(null);
  const trying = useTryFile();
  const importing = useImportFile();
  const tried = trying.data;
  function choose(chosen: File | null) {
    setFile(chosen);
    trying.reset();
    importing.reset();
    if (chosen) trying.mutate(chosen);
  }
  function run() {
    if (!file) return;
    importing.mutate(file, {
      onSuccess: ({ added, replaced, unchanged }) => {
        tell.success(t("shifts.imported", { added, replaced, unchanged }));
        onClose();
      },
    });
  }
  return (
    <Modal
      opened
      size="xl"
      onClose={onClose}
      title={t("shifts.importTitle")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <div className={page.form}>
        <FileInput
          label={t("import.file")}
          description={t("shifts.importHint")}
          placeholder={t("import.choose")}
          accept=".csv,.xlsx,text/csv"
          leftSection={<IconFileSpreadsheet size={16} />}
          value={file}
          onChange={choose}
          clearable
          clearButtonProps={{ "aria-label": t("import.clear") }}
        />
        {trying.isPending && <p role="status">{t("import.reading")}</p>}
        {trying.isError && <Failure error={trying.error} />}
        {importing.isError && <Failure error={importing.error} />}
        {tried && file && tried.error_count > 0 && <Errors tried={tried} file={file} />}
        {tried && tried.error_count === 0 && (
          <p role="status">
            {t("shifts.tried", { added: tried.added, replaced: tried.replaced, unchanged: tried.unchanged })}
            {tried.replaced > 0 && (
              <strong className={classes.replaces}>{t("shifts.replaces", { count: tried.replaced })}</strong>
            )}
          </p>
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("callbacks.cancel")}
          </Button>
          <Button
            onClick={run}
            loading={importing.isPending}
            disabled={!tried || tried.error_count > 0 || tried.added + tried.replaced === 0}
          >
            {t("shifts.importNow")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
