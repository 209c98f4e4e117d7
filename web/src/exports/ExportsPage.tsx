import { Button } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay, useZone } from "../api/queries";
import { type Asked, searchOf, writeSearch } from "../calls/search";
import { ListPanel } from "../parts/ListPanel";
import pageClasses from "../parts/Page.module.css";
import { SureButton } from "../parts/SureButton";
import { useTell } from "../parts/useTell";
import { useTitle } from "../parts/useTitle";
import classes from "./Exports.module.css";
import { DownloadButton } from "./ExportTools";
import { isUnderWay, type RecordingExport, useCancelExport, useDeleteExport, useExports } from "./exports";
import { SearchWords } from "./SearchWords";
import { Standing } from "./Standing";

/** Ends it while it is packed; afterwards gives out its file, and deletes that. */
function Acts({ of }: { of: RecordingExport }) {
  const { t } = useTranslation();
  const tell = useTell();
  const cancel = useCancelExport(of);
  const remove = useDeleteExport(of);
  if (isUnderWay(of)) {
    return (
      <SureButton
        key="cancel"
        label={t("exports.cancel")}
        sure={t("exports.cancelSure")}
        name={t("exports.cancelName", { reason: of.reason })}
        onSure={() => cancel.mutate(undefined, { onError: tell.failure })}
        isSending={cancel.isPending}
      />
    );
  }
  if (of.state !== "done") return null;
  return (
    <>
      <DownloadButton of={of} />
      <SureButton
        key="delete"
        label={t("exports.delete")}
        sure={t("exports.deleteSure")}
        name={t("exports.deleteName", { reason: of.reason })}
        onSure={() => remove.mutate(undefined, { onError: tell.failure })}
        isSending={remove.isPending}
      />
    </>
  );
}

function Row({ of }: { of: RecordingExport }) {
  const format = useFormat();
  const seesCalls = useMay("see_calls");
  const found = `/calls?${writeSearch(searchOf(of.search as Asked, useZone()))}`;
  const words = <SearchWords of={of.search as Asked} at={of.asked_at} />;
  return (
    <tr>
      <td className={classes.what}>
        <strong>{`${of.id} · ${of.reason}`}</strong>
        <span className={pageClasses.small}>{seesCalls ? <Link href={found}>{words}</Link> : words}</span>
      </td>
      <td className="num">
        {format.dateMinute(of.asked_at)} · {of.by}
      </td>
      <td className="num">{format.number(of.recordings)}</td>
      <td>
        <Standing of={of} />
      </td>
      <td>
        <span className={classes.acts}>
          <Acts of={of} />
        </span>
      </td>
    </tr>
  );
}

/** The exports of everybody: how far they are, their files, and what became of them. */
export default function ExportsPage() {
  const { t } = useTranslation();
  const exports = useExports();
  const seesCalls = useMay("see_calls");
  useTitle(t("exports.page"));
  const toCalls = (
    <Button component={Link} href="/calls" size="xs" variant="default">
      {t("exports.toCalls")}
    </Button>
  );
  return (
    <div className={pageClasses.page}>
      <div>
        {seesCalls && (
          <Link href="/calls" className={pageClasses.back}>
            <IconArrowLeft size={16} aria-hidden /> {t("page.calls")}
          </Link>
        )}
        <h1>{t("exports.page")}</h1>
        <p className={pageClasses.lead}>{t("exports.lead")}</p>
      </div>
      <ListPanel
        title={t("exports.list")}
        asked={[exports]}
        waitingRows={3}
        columns={[t("exports.what"), t("exports.asked"), t("exports.amount.recordings"), t("exports.standing"), null]}
        rows={(exports.data ?? []).map((one) => <Row key={one.id} of={one} />)}
        empty={{ title: t("exports.none"), text: t("exports.noneText"), action: seesCalls ? toCalls : null }}
      />
    </div>
  );
}
