import { Modal, Select, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useZone } from "../api/queries";
import { type Asked, askedOf, type Search } from "../calls/search";
import { duration } from "../format";
import { LANGUAGES, type Language, useLanguage } from "../i18n";
import { serverNow } from "../live/clock";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import pageClasses from "../parts/Page.module.css";
import { useTell } from "../parts/useTell";
import { RowsSkeleton } from "../parts/Waiting";
import { useSize } from "../retention/useSize";
import classes from "./Exports.module.css";
import { type Estimate, type RecordingExport, useEstimate, useOrderExport } from "./exports";
import { SearchWords } from "./SearchWords";

interface Props {
  search: Search;
  onClose: () => void;
  onStarted: (id: number) => void;
}

/** Says what the search would export, asks why, and has it packed. */
export function ExportDialog({ search, onClose, onStarted }: Props) {
  const { t } = useTranslation();
  const zone = useZone();
  const [now] = useState(serverNow);
  const [asked] = useState(() => askedOf(search, zone, now));
  const estimate = useEstimate(asked);
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={t("exports.title")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <div className={pageClasses.form}>
        <p className={pageClasses.lead}>
          <SearchWords of={asked} at={now} />
        </p>
        {estimate.isPending && <RowsSkeleton rows={2} />}
        {estimate.isError && <Failure error={estimate.error} onRetry={() => void estimate.refetch()} />}
        {estimate.data && <Amount of={estimate.data} />}
        {estimate.data && isPossible(estimate.data) && (
          <OrderForm
            asked={asked}
            days={estimate.data.days}
            onClose={onClose}
            onStarted={({ id }) => {
              onStarted(id);
              onClose();
            }}
          />
        )}
      </div>
    </Modal>
  );
}

function isPossible({ recordings, deleted, most_recordings }: Estimate): boolean {
  return recordings > deleted && recordings <= most_recordings;
}

function Amount({ of }: { of: Estimate }) {
  const { t } = useTranslation();
  const format = useFormat();
  const size = useSize();
  if (of.recordings > of.most_recordings) {
    return <p role="status">{t("exports.tooMany", { most: format.number(of.most_recordings) })}</p>;
  }
  if (of.recordings <= of.deleted) return <p role="status">{t("exports.nothing")}</p>;
  const facts = {
    recordings: format.number(of.recordings - of.deleted),
    calls: format.number(of.calls),
    length: duration(of.seconds),
    size: size(of.bytes),
  };
  return (
    <>
      <dl className={classes.amount}>
        {(["recordings", "calls", "length", "size"] as const).map((fact) => (
          <div key={fact}>
            <dt>{t(`exports.amount.${fact}`)}</dt>
            <dd className="num">{facts[fact]}</dd>
          </div>
        ))}
      </dl>
      {of.deleted > 0 && <p className={classes.line}>{t("exports.deletedOnly", { count: of.deleted })}</p>}
    </>
  );
}

interface OrderProps {
  asked: Asked;
  days: number;
  onClose: () => void;
  onStarted: (ordered: RecordingExport) => void;
}

function OrderForm({ asked, days, onClose, onStarted }: OrderProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const order = useOrderExport();
  const panelLanguage = useLanguage();
  const [language, setLanguage] = useState<Language>(panelLanguage);
  const [reason, setReason] = useState("");
  const [isTold, setTold] = useState(false);
  function submit(event: FormEvent) {
    event.preventDefault();
    setTold(true);
    if (!reason.trim()) return;
    const ordered = (one: RecordingExport) => {
      tell.success(t("exports.started"));
      onStarted(one);
    };
    order.mutate({ search: asked, reason, language }, { onSuccess: ordered });
  }
  return (
    <form onSubmit={submit} className={pageClasses.form} noValidate>
      <div>
        <p className={classes.line}>{t("exports.holds")}</p>
        <ul className={classes.holds}>
          <li>{t("exports.holdsAudio")}</li>
          <li>{t("exports.holdsIndex")}</li>
        </ul>
      </div>
      <Textarea
        data-autofocus
        autosize
        minRows={2}
        maxLength={500}
        label={t("exports.reason")}
        description={t("exports.reasonHint")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={isTold && !reason.trim() ? t("exports.reasonNeeded") : undefined}
      />
      <Select
        label={t("exports.language")}
        data={LANGUAGES.map((value) => ({ value, label: t(`exports.languages.${value}`) }))}
        value={language}
        onChange={(value) => value && setLanguage(value)}
        allowDeselect={false}
      />
      <p className={classes.line}>{t("exports.care", { count: days })}</p>
      {order.isError && <Failure error={order.error} />}
      <DialogButtons onClose={onClose} isSending={order.isPending} label={t("exports.start")} />
    </form>
  );
}
