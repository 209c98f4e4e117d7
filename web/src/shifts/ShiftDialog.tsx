import { Modal, Select } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useFormat } from "../api/queries";
import { useLabel } from "../i18n";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { SureButton } from "../parts/SureButton";
import { useDayWord } from "../reports/labels";
import type { Day } from "../reports/ranges";
import { type Draft, draftsOf, partsOf, shiftWord } from "./clock";
import { PartFields } from "./PartFields";
import { type Planned, type Shift, useRemoveShift, useSaveShift, useTemplates } from "./shifts";

/** The day of the sources: briefing, on post, the meal, on post, the end of the day. */
export const USUAL: Draft[] = [
  { key: "usual-1", kind: "briefing", start: "09:00", end: "09:30" },
  { key: "usual-2", kind: "on_post", start: "09:30", end: "11:30" },
  { key: "usual-3", kind: "meal", start: "11:30", end: "13:00" },
  { key: "usual-4", kind: "on_post", start: "13:00", end: "17:00" },
  { key: "usual-5", kind: "closing", start: "17:00", end: "17:30" },
];

interface Props {
  agent: Planned;
  day: Day;
  shift: Shift | null;
  onClose: () => void;
}

/** The shift of an agent on a day: its parts are typed, saved, or all of it is taken out of the plan. */
export function ShiftDialog({ agent, day, shift, onClose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const dayWord = useDayWord();
  const label = useLabel();
  const templates = useTemplates().data ?? [];
  const [drafts, setDrafts] = useState<Draft[]>(() => (shift ? draftsOf(shift.parts) : USUAL));
  const of = { agent_number: agent.agent_number, day, version: shift?.version ?? 0 };
  const saving = useSaveShift(of);
  const removing = useRemoveShift(of);
  const parts = partsOf(drafts);
  const error = saving.error ?? removing.error;
  const isStale = error instanceof ApiError && error.status === 409;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (parts && !saving.isPending) saving.mutate(parts, { onSuccess: onClose });
  }
  function pick(id: string | null) {
    const chosen = templates.find((one) => `${one.id}` === id);
    if (chosen) setDrafts(draftsOf(chosen.parts));
  }
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      closeOnClickOutside={false}
      title={`${agent.agent_name} · ${dayWord(day)}`}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={page.form} noValidate>
        {templates.length > 0 && (
          <Select
            label={t("shifts.template")}
            placeholder={t("shifts.pickTemplate")}
            data={templates.map((one) => ({ value: `${one.id}`, label: `${label(one)} (${shiftWord(one.parts)})` }))}
            value={null}
            onChange={pick}
          />
        )}
        <PartFields drafts={drafts} onChange={setDrafts} />
        {shift && (
          <small className="muted">
            {t("shifts.changed", { at: format.dateMinute(shift.changed_at), name: shift.changed_by })}
          </small>
        )}
        {error && <Failure error={error} />}
        {isStale && <p className="muted">{t("shifts.stale")}</p>}
        <DialogButtons onClose={onClose} isSending={saving.isPending}>
          {shift && (
            <SureButton
              label={t("shifts.remove")}
              sure={t("shifts.removeReally")}
              isSending={removing.isPending}
              onSure={() => removing.mutate(undefined, { onSuccess: onClose })}
            />
          )}
        </DialogButtons>
      </form>
    </Modal>
  );
}
