import {
  ActionIcon,
  Button,
  Chip,
  Group,
  Modal,
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Select,
  Switch,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useSettings } from "../api/queries";
import type { Severity } from "../api/shapes";
import { useWeekdays } from "../callbacks/ListForm";
import { useLabel, useLanguage } from "../i18n";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import { useTell } from "../parts/useTell";
import classes from "./AlertsPage.module.css";
import {
  type AlertKind,
  type AlertRule,
  type Measure,
  type RuleFields,
  type RuleWindow,
  type Scope,
  useDeleteRule,
  useMail,
  useSaveRule,
  useTestRule,
} from "./alerts";

interface PartProps {
  kind: AlertKind;
  draft: RuleFields;
  change: (fields: Partial<RuleFields>) => void;
  errorOf: (field: string) => string | null;
}

export function draftOf(kind: AlertKind, rule: AlertRule | null): RuleFields {
  if (rule) {
    const { id: _id, kind: _kind, is_shipped: _shipped, ...fields } = rule;
    return fields;
  }
  return {
    is_enabled: true,
    severity: kind.severity,
    scope: kind.scopes[0] ?? "all",
    names: [],
    threshold: kind.threshold,
    limits: {},
    options: Object.fromEntries(Object.entries(kind.options).map(([name, option]) => [name, option.default])),
    windows: [],
    raise_after_seconds: 0,
    clear_after_seconds: 0,
    clear_margin: 0,
    sound: true,
    webhook: true,
    mail: [],
  };
}

/** A share is typed in per cent; everything else as it is. */
function Amount({
  measure,
  value,
  onChange,
  least,
  most,
  ...others
}: {
  measure: Measure;
  value: number | null;
  onChange: (value: number | null) => void;
  least: number;
  most: number;
  label?: string;
  "aria-label"?: string;
  description?: string;
  placeholder?: string;
  error?: string | null;
  w?: number;
  size?: string;
}) {
  const { t } = useTranslation();
  const scale = measure === "share" ? 100 : 1;
  const unit = { seconds: t("alerts.seconds"), share: "%", count: "" }[measure];
  return (
    <NumberInput
      {...others}
      min={least * scale}
      max={most * scale}
      decimalScale={measure === "share" ? 1 : 0}
      suffix={unit ? ` ${unit}` : ""}
      value={value === null ? "" : Math.round(value * scale * 1000) / 1000}
      onChange={(typed) => onChange(typed === "" ? null : Number(typed) / scale)}
    />
  );
}

function Concerns({ kind, draft, change, errorOf }: PartProps) {
  const { t } = useTranslation();
  const settings = useSettings().data;
  const names =
    draft.scope === "team"
      ? (settings?.teams ?? [])
      : [...new Set((settings?.queues ?? []).map((queue) => queue.queue))];
  return (
    <div className={classes.two}>
      <Select
        label={t("alerts.concerns")}
        data={kind.scopes.map((scope) => ({ value: scope, label: t(`alerts.scope.${scope}`) }))}
        value={draft.scope}
        onChange={(scope) => change({ scope: (scope ?? "all") as Scope, names: [] })}
        allowDeselect={false}
        error={errorOf("scope")}
      />
      {draft.scope !== "all" && (
        <MultiSelect
          label={draft.scope === "team" ? t("alerts.onlyTeams") : t("alerts.onlyQueues")}
          placeholder={draft.names.length === 0 ? t("alerts.eachOfThem") : ""}
          data={[...new Set([...names, ...draft.names])]}
          value={draft.names}
          onChange={(chosen) => change({ names: chosen })}
          error={errorOf("names")}
          searchable
        />
      )}
    </div>
  );
}

function Limits({ draft, change }: PartProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const reasons = (useSettings().data?.pause_reasons ?? []).filter((reason) => reason.is_away);
  const put = (code: string, seconds: number | null) => {
    const { [code]: _old, ...rest } = draft.limits;
    change({ limits: seconds === null ? rest : { ...rest, [code]: seconds } });
  };
  return (
    <fieldset className={classes.set}>
      <legend>{t("alerts.limits")}</legend>
      <p>{t("alerts.limitsText")}</p>
      <div className={classes.two}>
        {reasons.map((reason) => (
          <NumberInput
            key={reason.code}
            label={label(reason)}
            min={0}
            max={1440}
            suffix={` ${t("alerts.minutes")}`}
            placeholder={t("alerts.asInSettings")}
            value={draft.limits[reason.code] === undefined ? "" : (draft.limits[reason.code] ?? 0) / 60}
            onChange={(minutes) => put(reason.code, minutes === "" ? null : Number(minutes) * 60)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function WindowLine({
  kind,
  window,
  put,
  remove,
}: {
  kind: AlertKind;
  window: RuleWindow;
  put: (fields: Partial<RuleWindow>) => void;
  remove: () => void;
}) {
  const { t } = useTranslation();
  const weekdays = useWeekdays();
  return (
    <div className={classes.window}>
      <Chip.Group
        multiple
        value={window.weekdays.map(String)}
        onChange={(days) => put({ weekdays: days.map(Number).sort((a, b) => a - b) })}
      >
        <Group gap={4}>
          {weekdays.map((day) => (
            <Chip key={day.value} size="xs" value={day.value}>
              {day.label}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <TextInput
        size="xs"
        type="time"
        aria-label={t("alerts.from")}
        value={window.from}
        onChange={(event) => put({ from: event.currentTarget.value })}
      />
      –
      <TextInput
        size="xs"
        type="time"
        aria-label={t("alerts.until")}
        value={window.until === "24:00" ? "00:00" : window.until}
        onChange={(event) => put({ until: event.currentTarget.value })}
      />
      <Amount
        measure={kind.measure}
        least={kind.least}
        most={kind.most}
        aria-label={t("alerts.threshold")}
        placeholder={t("alerts.threshold")}
        value={window.threshold ?? null}
        onChange={(threshold) => put({ threshold })}
        w={104}
        size="xs"
      />
      <ActionIcon variant="subtle" color="gray" aria-label={t("alerts.removeWindow")} onClick={remove}>
        <IconTrash size={16} />
      </ActionIcon>
    </div>
  );
}

const WORKDAY: RuleWindow = { weekdays: [1, 2, 3, 4, 5], from: "09:00", until: "17:00", threshold: null };

function Windows({ kind, draft, change, errorOf }: PartProps) {
  const { t } = useTranslation();
  const put = (index: number, fields: Partial<RuleWindow>) =>
    change({ windows: draft.windows.map((window, at) => (at === index ? { ...window, ...fields } : window)) });
  const fault = errorOf("windows");
  return (
    <fieldset className={classes.set}>
      <legend>{t("alerts.windows")}</legend>
      <p>{draft.windows.length === 0 ? t("alerts.always") : t("alerts.windowsText")}</p>
      {draft.windows.map((window, index) => (
        <WindowLine
          key={index}
          kind={kind}
          window={window}
          put={(fields) => put(index, fields)}
          remove={() => change({ windows: draft.windows.filter((_, at) => at !== index) })}
        />
      ))}
      {fault && <p role="alert">{fault}</p>}
      <Button
        size="compact-xs"
        variant="default"
        className={classes.start}
        leftSection={<IconPlus size={14} />}
        onClick={() => change({ windows: [...draft.windows, WORKDAY] })}
      >
        {t("alerts.addWindow")}
      </Button>
    </fieldset>
  );
}

function Steadiness({ kind, draft, change, errorOf }: PartProps) {
  const { t } = useTranslation();
  return (
    <fieldset className={classes.set}>
      <legend>{t("alerts.steadiness")}</legend>
      <p>{t("alerts.steadinessText")}</p>
      <div className={classes.two}>
        <Amount
          measure="seconds"
          least={0}
          most={86400}
          label={t("alerts.raiseAfter")}
          value={draft.raise_after_seconds}
          onChange={(seconds) => change({ raise_after_seconds: seconds ?? 0 })}
          error={errorOf("raise_after_seconds")}
        />
        <Amount
          measure="seconds"
          least={0}
          most={86400}
          label={t("alerts.clearAfter")}
          value={draft.clear_after_seconds}
          onChange={(seconds) => change({ clear_after_seconds: seconds ?? 0 })}
          error={errorOf("clear_after_seconds")}
        />
        {!kind.is_lasting && (
          <Amount
            measure={kind.measure}
            least={0}
            most={kind.most}
            label={t("alerts.clearMargin")}
            description={t("alerts.clearMarginHint")}
            value={draft.clear_margin}
            onChange={(margin) => change({ clear_margin: margin ?? 0 })}
            error={errorOf("clear_margin")}
          />
        )}
      </div>
    </fieldset>
  );
}

function Channels({ draft, change, errorOf }: PartProps) {
  const { t } = useTranslation();
  const mail = useMail().data;
  return (
    <fieldset className={classes.set}>
      <legend>{t("alerts.channels")}</legend>
      <Switch
        size="sm"
        label={t("alerts.channel.sound")}
        checked={draft.sound}
        onChange={(event) => change({ sound: event.currentTarget.checked })}
      />
      <Switch
        size="sm"
        label={t("alerts.channel.webhook")}
        checked={draft.webhook}
        onChange={(event) => change({ webhook: event.currentTarget.checked })}
      />
      <TagsInput
        label={t("alerts.channel.mail")}
        description={mail && !mail.is_set ? t("alerts.mailNotSet") : t("alerts.mailHint")}
        value={draft.mail}
        onChange={(addresses) => change({ mail: addresses })}
        error={errorOf("mail")}
        splitChars={[",", " ", ";"]}
      />
    </fieldset>
  );
}

function Numbers({ kind, draft, change, errorOf }: PartProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const compares = t(`alerts.compares.${kind.compares}`);
  return (
    <div className={classes.two}>
      <Amount
        measure={kind.measure}
        least={kind.least}
        most={kind.most}
        label={t("alerts.threshold")}
        description={compares}
        value={draft.threshold}
        onChange={(threshold) => change({ threshold: threshold ?? kind.threshold })}
        error={errorOf("threshold")}
      />
      {Object.entries(kind.options).map(([name, option]) => (
        <Amount
          key={name}
          measure={option.measure}
          least={option.least}
          most={option.most}
          label={label(option)}
          description={" "}
          value={draft.options[name] ?? option.default}
          onChange={(value) => change({ options: { ...draft.options, [name]: value ?? option.default } })}
          error={errorOf(`options.${name}`)}
        />
      ))}
    </div>
  );
}

/** One rule: what it is about, whom it concerns, from when on, and who is told. */
export function RuleForm({ kind, rule, onClose }: { kind: AlertKind; rule: AlertRule | null; onClose: () => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  const language = useLanguage();
  const isPhone = useMediaQuery("(max-width: 48rem)");
  const [draft, setDraft] = useState(() => draftOf(kind, rule));
  const save = useSaveRule();
  const remove = useDeleteRule();
  const test = useTestRule();
  const tell = useTell();
  const refused = save.error instanceof ApiError ? save.error : null;
  const part: PartProps = {
    kind,
    draft,
    change: (fields) => setDraft((now) => ({ ...now, ...fields })),
    errorOf: (field) => (refused?.field?.startsWith(field) ? refused.detail : null),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const target = rule ? { id: rule.id } : { kind: kind.id };
    save.mutate({ ...draft, ...target }, { onSuccess: onClose });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      fullScreen={isPhone}
      size="xl"
      title={label(kind)}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={classes.form} noValidate>
        <p className={classes.lead}>{language === "zh" ? kind.text_zh : kind.text_en}</p>
        <SegmentedControl
          aria-label={t("alerts.filter.severity")}
          data={(["warning", "critical"] as const).map((value) => ({ value, label: t(`alerts.severity.${value}`) }))}
          value={draft.severity}
          onChange={(severity) => part.change({ severity: severity as Severity })}
        />
        <Concerns {...part} />
        <Numbers {...part} />
        {kind.has_limits && <Limits {...part} />}
        <Windows {...part} />
        <Steadiness {...part} />
        <Channels {...part} />
        {save.isError && <Failure error={save.error} />}
        <DialogButtons onClose={onClose} isSending={save.isPending}>
          {rule && !rule.is_shipped && (
            <Button
              variant="subtle"
              color="red"
              loading={remove.isPending}
              onClick={() => remove.mutate(rule.id, { onSuccess: onClose, onError: tell.failure })}
            >
              {t("alerts.deleteRule")}
            </Button>
          )}
          {rule && (
            <Button
              variant="default"
              loading={test.isPending}
              onClick={() =>
                test.mutate(rule.id, {
                  onSuccess: ({ webhooks, mails }) => tell.success(t("alerts.tested", { webhooks, mails })),
                  onError: tell.failure,
                })
              }
            >
              {t("alerts.test")}
            </Button>
          )}
        </DialogButtons>
      </form>
    </Modal>
  );
}
