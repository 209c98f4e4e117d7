import { Button, Modal, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useMay, useOwnQueues, useSeesAll } from "../api/queries";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import { useTell } from "../parts/useTell";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./FillRules.module.css";
import {
  FILL_KINDS,
  type FillKind,
  type FillRule,
  USUAL,
  useAddRule,
  useChangeRule,
  useDeleteRule,
  useFillRules,
} from "./fillRules";
import { useLists } from "./lists";

/** Where a list's targets come from by themselves. */
export function FillRules({ listId }: { listId: string }) {
  const { t } = useTranslation();
  const mayRun = useMay("run_lists");
  const rules = useFillRules(listId);
  const [isAdding, setAdding] = useState(false);
  const add = mayRun && (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setAdding(true)}>
      {t("fill.add")}
    </Button>
  );
  if (rules.isPending) return <RowsSkeleton rows={3} />;
  if (rules.isError) return <Failure error={rules.error} onRetry={() => void rules.refetch()} />;
  return (
    <div className={classes.rules}>
      {rules.data.length === 0 ? (
        <Empty title={t("fill.none")} text={t("fill.noneText")}>
          {add}
        </Empty>
      ) : (
        <>
          <div className={classes.bar}>{add}</div>
          <ul className={classes.list}>
            {rules.data.map((rule) => (
              <RuleLine key={rule.id} rule={rule} mayRun={mayRun} />
            ))}
          </ul>
        </>
      )}
      {isAdding && <AddRule listId={listId} onClose={() => setAdding(false)} />}
    </div>
  );
}

function useRuleWords(): (rule: FillRule) => string {
  const { t } = useTranslation();
  const lists = useLists();
  return ({ kind, options }) => {
    const from = lists.data?.find((list) => Number(list.id) === options.source_list_id)?.name ?? "";
    const queue = options.queue || t("fill.everyQueue");
    const minutes = Math.round(options.after_seconds / 60);
    if (kind === "days_after") return t("fill.says.days_after", { ...options, from });
    if (kind === "closed_complaint") return t("fill.says.closed_complaint", { queue, days: options.days });
    if (kind === "abandoned") return t("fill.says.abandoned", { queue, minutes, seconds: options.wait_seconds });
    return t("fill.says.callback_requested", { queue });
  };
}

function RuleLine({ rule, mayRun }: { rule: FillRule; mayRun: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTell();
  const words = useRuleWords();
  const change = useChangeRule();
  const remove = useDeleteRule();
  const [isSure, setSure] = useState(false);
  return (
    <li className={classes.rule}>
      <div>
        <strong>{t(`fill.kind.${rule.kind}`)}</strong>
        <p>{words(rule)}</p>
        <small className="muted">
          {t("fill.tally", { added: format.number(rule.added), refused: format.number(rule.refused) })}
          {rule.looked_at !== null && ` · ${t("fill.lookedAt", { time: format.dateMinute(rule.looked_at) })}`}
        </small>
      </div>
      {mayRun && (
        <div className={classes.tools}>
          <Switch
            size="xs"
            label={t("fill.isOn")}
            checked={rule.is_enabled}
            onChange={(event) =>
              change.mutate({ id: rule.id, is_enabled: event.currentTarget.checked }, { onError: tell.failure })
            }
          />
          <Button
            size="compact-xs"
            variant="default"
            color={isSure ? "red" : undefined}
            loading={remove.isPending}
            onBlur={() => setSure(false)}
            onClick={() => (isSure ? remove.mutate(rule.id, { onError: tell.failure }) : setSure(true))}
          >
            {isSure ? t("fill.removeSure") : t("fill.remove")}
          </Button>
        </div>
      )}
    </li>
  );
}

function AddRule({ listId, onClose }: { listId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<FillKind>("callback_requested");
  const seesAll = useSeesAll();
  const [first] = useOwnQueues();
  const [options, setOptions] = useState({ ...USUAL, priority: 1, queue: seesAll ? "" : (first?.queue ?? "") });
  const add = useAddRule(listId);
  const set = (changes: Partial<typeof options>) => setOptions({ ...options, ...changes });
  function submit(event: FormEvent) {
    event.preventDefault();
    add.mutate({ kind, options }, { onSuccess: onClose });
  }
  return (
    <Modal opened onClose={onClose} title={t("fill.add")} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <form onSubmit={submit} className={classes.form} noValidate>
        <Select
          label={t("fill.from")}
          data={FILL_KINDS.map((value) => ({ value: value as string, label: t(`fill.kind.${value}`) }))}
          value={kind}
          onChange={(value) => {
            setKind(value as FillKind);
            set({
              priority: value === "callback_requested" ? 1 : 5,
              days: value === "closed_complaint" ? 1 : USUAL.days,
            });
          }}
          allowDeselect={false}
        />
        <p className="muted">{t(`fill.about.${kind}`)}</p>
        {kind === "days_after" ? (
          <DateFields listId={listId} options={options} set={set} />
        ) : (
          <QueueField value={options.queue} onChange={(queue) => set({ queue })} />
        )}
        {kind === "closed_complaint" && (
          <NumberInput
            label={t("fill.daysLater")}
            min={0}
            max={7}
            allowDecimal={false}
            value={options.days}
            onChange={(days) => set({ days: Number(days) || 0 })}
          />
        )}
        {kind === "abandoned" && (
          <NumberInput
            label={t("fill.afterMinutes")}
            min={0}
            max={1440}
            allowDecimal={false}
            value={Math.round(options.after_seconds / 60)}
            onChange={(minutes) => set({ after_seconds: (Number(minutes) || 0) * 60 })}
          />
        )}
        <NumberInput
          label={t("import.roles.priority")}
          min={1}
          max={9}
          allowDecimal={false}
          value={options.priority}
          onChange={(priority) => set({ priority: Number(priority) || 5 })}
        />
        {add.isError && <Failure error={add.error} />}
        <DialogButtons onClose={onClose} isSending={add.isPending} label={t("fill.addOne")} />
      </form>
    </Modal>
  );
}

function QueueField({ value, onChange }: { value: string; onChange: (queue: string) => void }) {
  const { t } = useTranslation();
  const queues = useOwnQueues();
  const seesAll = useSeesAll();
  return (
    <Select
      label={t("fill.queue")}
      data={[
        ...(seesAll ? [{ value: "", label: t("fill.everyQueue") }] : []),
        ...queues.map((queue) => ({ value: queue.queue, label: queue.label || queue.queue })),
      ]}
      value={value}
      onChange={(queue) => onChange(queue ?? "")}
      allowDeselect={false}
    />
  );
}

function DateFields({
  listId,
  options,
  set,
}: {
  listId: string;
  options: typeof USUAL;
  set: (changes: Partial<typeof USUAL>) => void;
}) {
  const { t } = useTranslation();
  const lists = useLists();
  const others = lists.data?.filter((list) => String(list.id) !== listId) ?? [];
  return (
    <>
      <Select
        label={t("fill.sourceList")}
        data={others.map((list) => ({ value: String(list.id), label: list.name }))}
        value={options.source_list_id === null ? null : String(options.source_list_id)}
        onChange={(id) => set({ source_list_id: id === null ? null : Number(id) })}
        nothingFoundMessage={t("fill.noOther")}
      />
      <TextInput
        label={t("fill.attribute")}
        value={options.attribute}
        onChange={(event) => set({ attribute: event.currentTarget.value })}
      />
      <NumberInput
        label={t("fill.days")}
        min={0}
        max={3650}
        allowDecimal={false}
        value={options.days}
        onChange={(days) => set({ days: Number(days) || 0 })}
      />
    </>
  );
}
