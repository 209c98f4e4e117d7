import { Button } from "@mantine/core";
import { IconDownload, IconFileZip } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Search } from "../calls/search";
import { ExportDialog } from "./ExportDialog";
import classes from "./Exports.module.css";
import { fileOf, isUnderWay, type RecordingExport, useExports } from "./exports";
import { Standing } from "./Standing";

export function DownloadButton({ of }: { of: RecordingExport }) {
  const { t } = useTranslation();
  return (
    <Button
      component="a"
      href={fileOf(of)}
      download
      size="compact-xs"
      variant="default"
      leftSection={<IconDownload size={13} aria-hidden />}
      aria-label={t("exports.downloadName", { reason: of.reason })}
    >
      {t("exports.download")}
    </Button>
  );
}

function Note({ of }: { of: RecordingExport }) {
  return (
    <li className={classes.note}>
      <Link href="/exports">{`${of.id} · ${of.reason}`}</Link>
      <Standing of={of} />
      {of.state === "done" && <DownloadButton of={of} />}
    </li>
  );
}

/** On the page of calls: exports what was found, and shows what is being packed and what became of the one begun here. */
export function ExportTools({ search }: { search: Search }) {
  const { t } = useTranslation();
  const exports = useExports();
  const [isOpen, setOpen] = useState(false);
  const [started, setStarted] = useState<number | null>(null);
  const noted = (exports.data ?? []).filter((one) => isUnderWay(one) || one.id === started);
  return (
    <>
      <div className={classes.tools}>
        <Button size="xs" variant="default" component={Link} href="/exports">
          {t("exports.page")}
        </Button>
        <Button size="xs" leftSection={<IconFileZip size={15} aria-hidden />} onClick={() => setOpen(true)}>
          {t("exports.open")}
        </Button>
      </div>
      {noted.length > 0 && (
        <ul className={`panel ${classes.notes}`} aria-label={t("exports.underWay")}>
          {noted.map((one) => (
            <Note key={one.id} of={one} />
          ))}
        </ul>
      )}
      {isOpen && <ExportDialog search={search} onClose={() => setOpen(false)} onStarted={setStarted} />}
    </>
  );
}
