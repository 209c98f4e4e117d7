import { Modal, NumberInput, SegmentedControl, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useFormat, useZone } from "../api/queries";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import classes from "./Dialog.module.css";
import { FIRST_SCHEDULE, type ScheduleFault, scheduleFaults, sentSchedule, useSaveReport } from "./saved";
import { EVERY, type Every, type SavedReport, type Schedule } from "./shapes";

interface PartProps {
  schedule: Schedule;
  change: (fields: Partial<Schedule>) => void;
  errorOf: (field: ScheduleFault) => string | null;
}

function When({ schedule, change, errorOf }: PartProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const zone = useZone();
  const weekdays = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ value: String(day), label: format.weekday(day) }));
  return (
    <>
      <SegmentedControl
        aria-label={t("saved.every")}
        value={schedule.every}
        onChange={(every) => change({ every: every as Every })}
        data={EVERY.map((value) => ({ value, label: t(`saved.everyWord.${value}`) }))}
      />
      <div className={classes.two}>
        {schedule.every === "week" && (
          <Select
            label={t("saved.weekday")}
            data={weekdays}
            value={String(schedule.weekday ?? 1)}
            onChange={(weekday) => weekday && change({ weekday: Number(weekday) })}
            allowDeselect={false}
          />
        )}
        {schedule.every === "month" && (
          <NumberInput
            label={t("saved.dayOfMonth")}
            description={t("saved.dayOfMonthHint")}
            min={1}
            max={31}
            allowDecimal={false}
            value={schedule.day ?? 1}
            onChange={(day) => change({ day: Number(day) || 1 })}
          />
        )}
        <TextInput
          type="time"
          label={t("saved.time")}
          description={zone}
          value={schedule.time}
          onChange={(event) => change({ time: event.currentTarget.value })}
          error={errorOf("time")}
        />
      </div>
    </>
  );
}

function Where({ schedule, change, errorOf }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <TagsInput
        label={t("saved.recipients")}
        description={t("saved.recipientsHint")}
        value={schedule.recipients}
        onChange={(recipients) => change({ recipients: recipients.map((one) => one.trim()) })}
        splitChars={[",", ";", " "]}
        acceptValueOnBlur
        maxTags={20}
        error={errorOf("recipients") ?? errorOf("delivery")}
      />
      <TextInput
        label={t("saved.folder")}
        description={t("saved.folderHint")}
        value={schedule.folder}
        onChange={(event) => change({ folder: event.currentTarget.value })}
        error={errorOf("folder")}
      />
    </>
  );
}

interface DialogProps {
  report: SavedReport;
  onClose: () => void;
}

/** When a saved report is delivered by itself, as what, and whereto. */
export function ScheduleDialog({ report, onClose }: DialogProps) {
  const { t } = useTranslation();
  const [schedule, setSchedule] = useState<Schedule>(report.schedule ?? FIRST_SCHEDULE);
  const [language, setLanguage] = useState(report.language);
  const [isTried, setTried] = useState(false);
  const save = useSaveReport(report.id);
  const found = scheduleFaults(schedule);
  const refused = save.error instanceof ApiError ? save.error : null;
  const change = (fields: Partial<Schedule>) => setSchedule((now) => ({ ...now, ...fields }));
  const errorOf = (field: ScheduleFault) => {
    if (isTried && found.includes(field)) return t(`saved.fault.${field}`);
    return refused?.field?.endsWith(field) ? refused.detail : null;
  };
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (found.length > 0) return;
    save.mutate({ schedule: sentSchedule(schedule), language }, { onSuccess: onClose });
  }
  const part = { schedule, change, errorOf };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("saved.scheduleOf", { name: report.name })}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form className={classes.dialog} onSubmit={submit} noValidate>
        <Switch
          label={t("saved.isEnabled")}
          checked={schedule.is_enabled}
          onChange={(event) => change({ is_enabled: event.currentTarget.checked })}
        />
        <When {...part} />
        <div className={classes.two}>
          <Select
            label={t("saved.format")}
            data={["xlsx", "csv"].map((value) => ({ value, label: value.toUpperCase() }))}
            value={schedule.format}
            onChange={(format) => format && change({ format: format as Schedule["format"] })}
            allowDeselect={false}
          />
          <Select
            label={t("saved.language")}
            data={[
              { value: "en", label: t("saved.languages.en") },
              { value: "zh", label: t("saved.languages.zh") },
            ]}
            value={language}
            onChange={(next) => next && setLanguage(next as "en" | "zh")}
            allowDeselect={false}
          />
        </div>
        <Where {...part} />
        {save.isError && <Failure error={save.error} />}
        <DialogButtons onClose={onClose} isSending={save.isPending} />
      </form>
    </Modal>
  );
}
