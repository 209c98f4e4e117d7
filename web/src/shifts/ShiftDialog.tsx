import { ActionIcon, Button, Modal, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useFormat } from "../api/queries";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { SureButton } from "../parts/SureButton";
import { useDayWord } from "../reports/labels";
import type { Day } from "../reports/ranges";
import { type Draft, draftsOf, KINDS, type Kind, nextDraft, partsOf, readClock } from "./clock";
import classes from "./Shifts.module.css";
import { type Planned, type Shift, useRemoveShift, useSaveShift } from "./shifts";

/** The day of the sources: briefing, on post, the meal, on post, the end of the day. */
const USUAL: Draft[] = [
  { key: "usual-1", kind: "briefing", start: "09:00", end: "09:30" },
  { key: "usual-2", kind: "on_post", start: "09:30", end: "11:30" },
  { key: "usual-3", kind: "meal", start: "11:30", end: "13:00" },
  { key: "usual-4", kind: "on_post", start: "13:00", end: "17:00" },
  { key: "usual-5", kind: "closing", start: "17:00", end: "17:30" },
];

interface RowProps {
  draft: Draft;
  place: number;
  change: (fields: Partial<Draft>) => void;
  onRemove: () => void;
}

function PartRow({ draft, place, change, onRemove }: RowProps) {
  const { t } = useTranslation();
  return (
    <fieldset className={`${classes.stepper} ${classes.part}`}>
      <legend className="visually-hidden">{t("shifts.part", { place })}</legend>
      <Select
        label={t("shifts.kindWord")}
        data={KINDS.map((kind) => ({ value: kind, label: t(`shifts.kind.${kind}`) }))}
        value={draft.kind}
        onChange={(kind) => kind && change({ kind: kind as Kind })}
        allowDeselect={false}
      />
      {(["start", "end"] as const).map((edge) => (
        <TextInput
          key={edge}
          label={t(`shifts.${edge}`)}
          inputMode="numeric"
          value={draft[edge]}
          error={readClock(draft[edge]) === null}
          onChange={(event) => change({ [edge]: event.currentTarget.value })}
        />
      ))}
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        aria-label={t("shifts.removePart", { place })}
        onClick={onRemove}
      >
        <IconX size={16} />
      </ActionIcon>
    </fieldset>
  );
}

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
  const base = useId();
  const [made, setMade] = useState(0);
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
  function add() {
    setDrafts([...drafts, nextDraft(drafts, `${base}-${made}`)]);
    setMade(made + 1);
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
        {drafts.map((draft, at) => (
          <PartRow
            key={draft.key}
            draft={draft}
            place={at + 1}
            change={(fields) => setDrafts(drafts.map((one, place) => (place === at ? { ...one, ...fields } : one)))}
            onRemove={() => setDrafts(drafts.filter((_, place) => place !== at))}
          />
        ))}
        <div className={classes.buttons}>
          <Button size="xs" variant="default" leftSection={<IconPlus size={15} />} onClick={add}>
            {t("shifts.addPart")}
          </Button>
          <span className="muted">{parts === null ? t("shifts.noTime") : t("shifts.overMidnight")}</span>
        </div>
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
