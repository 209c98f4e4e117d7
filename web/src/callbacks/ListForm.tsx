import { ActionIcon, Button, Chip, Group, Modal, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useOwnQueues, useSettings } from "../api/queries";
import type { CallbackList } from "../api/shapes";
import { useLanguage } from "../i18n";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import { type Draft, type DraftError, draftOf, faults, settingsOf } from "./form";
import classes from "./ListForm.module.css";
import { useSaveList } from "./lists";
import { ModeFields } from "./ModeFields";
import { RuleFields } from "./RuleFields";
import { weekdaysInWords } from "./windows";

interface PartProps {
  draft: Draft;
  change: (fields: Partial<Draft>) => void;
}

/** Monday to Sunday in the reader's language; 2024-01-01 was a Monday. */
export function useWeekdays(): { value: string; label: string }[] {
  const name = new Intl.DateTimeFormat(useLanguage() === "zh" ? "zh-CN" : "en-GB", {
    weekday: "short",
    timeZone: "UTC",
  });
  return Array.from({ length: 7 }, (_, day) => ({
    value: String(day + 1),
    label: name.format(Date.UTC(2024, 0, 1 + day)),
  }));
}

/** Weekdays of a window in few words. */
export function useWeekdayWords(): (days: readonly number[]) => string {
  const { t } = useTranslation();
  const weekdays = useWeekdays();
  return (days) =>
    weekdaysInWords(
      days,
      (day) => weekdays[day - 1]?.label ?? String(day),
      (first, last) => t("callbacks.fromTo", { first, last }),
    );
}

function Windows({ draft, change }: PartProps) {
  const { t } = useTranslation();
  const weekdays = useWeekdays();
  const edit = (key: number, fields: Partial<Draft["windows"][number]>) =>
    change({ windows: draft.windows.map((window) => (window.key === key ? { ...window, ...fields } : window)) });
  const add = () => {
    const key = Math.max(0, ...draft.windows.map((window) => window.key)) + 1;
    change({ windows: [...draft.windows, { key, weekdays: [1, 2, 3, 4, 5], from: "18:00", until: "20:00" }] });
  };
  return (
    <fieldset className={classes.set}>
      <legend>{t("callbacks.windows")}</legend>
      {draft.windows.length === 0 && <p className="muted">{t("callbacks.noWindows")}</p>}
      {draft.windows.map((window) => (
        <div key={window.key} className={classes.window}>
          <Chip.Group
            multiple
            value={window.weekdays.map(String)}
            onChange={(days) => edit(window.key, { weekdays: days.map(Number) })}
          >
            <Group gap={4}>
              {weekdays.map(({ value, label }) => (
                <Chip key={value} value={value} size="xs" variant="light">
                  {label}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          <div className={classes.times}>
            <TextInput
              type="time"
              size="xs"
              aria-label={t("calls.from")}
              value={window.from}
              onChange={(event) => edit(window.key, { from: event.currentTarget.value })}
            />
            <span aria-hidden>–</span>
            <TextInput
              type="time"
              size="xs"
              aria-label={t("calls.to")}
              value={window.until}
              onChange={(event) => edit(window.key, { until: event.currentTarget.value })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t("callbacks.removeWindow")}
              onClick={() => change({ windows: draft.windows.filter((kept) => kept.key !== window.key) })}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </div>
        </div>
      ))}
      <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} />} onClick={add}>
        {t("callbacks.addWindow")}
      </Button>
    </fieldset>
  );
}

/** Asked only where there is a choice. */
function Trunk({ draft, change }: PartProps) {
  const { t } = useTranslation();
  const named = useSettings().data?.trunks ?? [];
  const names = draft.trunk && !named.includes(draft.trunk) ? [...named, draft.trunk] : named;
  if (names.length === 0) return null;
  return (
    <Select
      label={t("callbacks.trunk")}
      description={t("callbacks.trunkHint")}
      data={[{ value: "", label: t("callbacks.ownTrunk") }, ...names.map((name) => ({ value: name, label: name }))]}
      value={draft.trunk}
      onChange={(trunk) => change({ trunk: trunk ?? "" })}
      allowDeselect={false}
    />
  );
}

function Basics({ draft, change, errorOf }: PartProps & { errorOf: (field: DraftError) => string | null }) {
  const { t } = useTranslation();
  const queues = useOwnQueues();
  const data = queues.map((queue) => ({ value: `${queue.pbx}/${queue.queue}`, label: queue.label || queue.queue }));
  if (draft.queue && !data.some((item) => item.value === draft.queue)) {
    data.push({ value: draft.queue, label: draft.queue });
  }
  return (
    <>
      <TextInput
        label={t("callbacks.name")}
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        error={errorOf("name")}
        maxLength={200}
        data-autofocus
      />
      <Select
        label={t("floor.queue")}
        description={t("callbacks.queueHint")}
        data={data}
        value={draft.queue || null}
        onChange={(queue) => change({ queue: queue ?? "" })}
        error={errorOf("queue")}
        searchable
        nothingFoundMessage={t("callbacks.noQueue")}
      />
      <Trunk draft={draft} change={change} />
    </>
  );
}

function Limits({ draft, change, errorOf }: PartProps & { errorOf: (field: DraftError) => string | null }) {
  const { t } = useTranslation();
  return (
    <>
      <div className={classes.two}>
        <NumberInput
          label={t("callbacks.maxAttemptsInAll")}
          min={1}
          max={50}
          allowDecimal={false}
          placeholder={t("callbacks.usual")}
          value={draft.maxAttempts ?? ""}
          onChange={(count) => change({ maxAttempts: count === "" ? null : Number(count) })}
        />
        <TextInput
          label={t("callbacks.region")}
          placeholder={t("callbacks.usual")}
          value={draft.region}
          maxLength={2}
          onChange={(event) => change({ region: event.currentTarget.value.toUpperCase() })}
          error={errorOf("region")}
        />
      </div>
      <NumberInput
        label={t("callbacks.hourlyGoal")}
        description={t("callbacks.hourlyGoalHint")}
        min={0}
        max={1000}
        allowDecimal={false}
        placeholder={t("callbacks.noGoal")}
        value={draft.hourlyGoal || ""}
        onChange={(goal) => change({ hourlyGoal: Number(goal) })}
      />
      <Switch
        label={t("callbacks.detectMachine")}
        description={t("callbacks.detectMachineHint")}
        checked={draft.detectMachine}
        onChange={(event) => change({ detectMachine: event.currentTarget.checked })}
      />
    </>
  );
}

interface FormProps {
  list: CallbackList | null;
  onClose: () => void;
  onSaved: (list: CallbackList) => void;
}

export function ListForm({ list, onClose, onSaved }: FormProps) {
  const { t } = useTranslation();
  const isPhone = useMediaQuery("(max-width: 48rem)");
  const [draft, setDraft] = useState(() => draftOf(list));
  const [isTried, setTried] = useState(false);
  const save = useSaveList(list?.id ?? null);
  const found = faults(draft);
  const refused = save.error instanceof ApiError ? save.error : null;
  const change = (fields: Partial<Draft>) => setDraft((now) => ({ ...now, ...fields }));
  const errorOf = (field: DraftError) => {
    if (isTried && found.includes(field)) return t(`callbacks.fault.${field}`);
    return refused?.field === field ? refused.detail : null;
  };
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (found.length > 0) return;
    save.mutate(settingsOf(draft), {
      onSuccess: (saved) => {
        onClose();
        onSaved(saved);
      },
    });
  }
  const windowFault = errorOf("windows") ?? errorOf("weekdays");
  return (
    <Modal
      opened
      onClose={onClose}
      fullScreen={isPhone}
      size="xl"
      title={list ? t("callbacks.edit") : t("callbacks.create")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={classes.form} noValidate>
        <Basics draft={draft} change={change} errorOf={errorOf} />
        <Windows draft={draft} change={change} />
        {windowFault && (
          <p className={classes.fault} role="alert">
            {windowFault}
          </p>
        )}
        <ModeFields draft={draft} change={change} errorOf={errorOf} />
        <RuleFields draft={draft} change={change} id={list ? String(list.id) : null} errorOf={errorOf} />
        <Limits draft={draft} change={change} errorOf={errorOf} />
        {save.isError && <Failure error={save.error} />}
        <DialogButtons
          onClose={onClose}
          isSending={save.isPending}
          label={list ? t("callbacks.save") : t("callbacks.make")}
        />
      </form>
    </Modal>
  );
}
