import { Checkbox, Modal, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { ApiError } from "../api/client";
import { useLanguage } from "../i18n";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import { useTell } from "../parts/useTell";
import classes from "./Dialog.module.css";
import { PRESETS, type Preset } from "./ranges";
import { queueOf, type ReportSearch } from "./report";
import { useSaveReport } from "./saved";
import type { SavedReport } from "./shapes";
import type { Chosen } from "./view";

interface SaveProps {
  search: Omit<ReportSearch, "subject" | "days"> & { subject: SavedReport["subject"] };
  view: Chosen;
  onClose: () => void;
}

/** Keeps what is looked at under a name. Its days are relative: they are those of the day on which it is opened. */
export function SaveReport({ search, view, onClose }: SaveProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const tell = useTell();
  const [, go] = useLocation();
  const [name, setName] = useState("");
  const [span, setSpan] = useState<Preset>(view.range === "custom" ? "last_week" : view.range);
  const [isShared, setShared] = useState(false);
  const [isTried, setTried] = useState(false);
  const save = useSaveReport(null);
  const refused = save.error instanceof ApiError && save.error.field === "name" ? save.error.detail : null;
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!name.trim()) return;
    const { subject, interval, filters, figures, compare } = search;
    const { pbx, queue } = queueOf(filters.queue);
    const ofPeople = subject !== "queues";
    save.mutate(
      {
        name: name.trim(),
        is_shared: isShared,
        subject,
        span,
        interval,
        compare: compare ?? false,
        pbx: pbx || null,
        queue: queue || null,
        agent: (ofPeople && filters.agent) || null,
        team: (ofPeople && filters.team) || null,
        figures: [...figures],
        language,
      },
      {
        onSuccess: (report) => {
          tell.success(t("saved.savedAs", { name: report.name }));
          onClose();
          go("/reports/saved");
        },
      },
    );
  }
  return (
    <Modal opened onClose={onClose} title={t("saved.save")} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <form className={classes.dialog} onSubmit={submit} noValidate>
        <TextInput
          label={t("callbacks.name")}
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.currentTarget.value)}
          error={isTried && !name.trim() ? t("saved.fault.name") : refused}
          data-autofocus
        />
        <Select
          label={t("saved.span")}
          description={view.range === "custom" ? t("saved.spanCustomHint") : t("saved.spanHint")}
          data={PRESETS.map((value) => ({ value, label: t(`reports.range.${value}`) }))}
          value={span}
          onChange={(next) => next && setSpan(next as Preset)}
          allowDeselect={false}
        />
        <Checkbox
          label={t("saved.share")}
          description={t("saved.shareHint")}
          checked={isShared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
        {save.isError && !refused && <Failure error={save.error} />}
        <DialogButtons onClose={onClose} isSending={save.isPending} />
      </form>
    </Modal>
  );
}
