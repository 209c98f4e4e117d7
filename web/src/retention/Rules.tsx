import { Autocomplete, Button, Modal, NumberInput, Select, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useSettings } from "../api/queries";
import { useLists } from "../callbacks/lists";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import { ListPanel } from "../parts/ListPanel";
import pageClasses from "../parts/Page.module.css";
import { SureButton } from "../parts/SureButton";
import { useTell } from "../parts/useTell";
import classes from "./Retention.module.css";
import { type Rule, SCOPES, type Scope, useDeleteRule, useRules, useSaveRule } from "./retention";

function Row({ rule, onEdit }: { rule: Rule; onEdit: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTell();
  const remove = useDeleteRule(rule);
  const name = `${t(`retention.scope.${rule.scope}`)} ${rule.label}`.trim();
  return (
    <tr>
      <td>{name}</td>
      <td className="num">{t("retention.days", { count: rule.days })}</td>
      <td className="num">{format.dateMinute(rule.created_at)}</td>
      <td>{rule.created_by}</td>
      <td>
        <span className={classes.actions}>
          <Button size="compact-xs" variant="subtle" aria-label={t("retention.changeName", { name })} onClick={onEdit}>
            {t("retention.change")}
          </Button>
          <SureButton
            label={t("retention.remove")}
            sure={t("retention.removeSure")}
            name={t("retention.removeName", { name })}
            onSure={() => remove.mutate(undefined, { onError: tell.failure })}
            isSending={remove.isPending}
          />
        </span>
      </td>
    </tr>
  );
}

function RuleDialog({ rule, onClose }: { rule: Rule | null; onClose: () => void }) {
  const { t } = useTranslation();
  const save = useSaveRule(rule);
  const [scope, setScope] = useState<Scope>(rule?.scope ?? "all");
  const [subject, setSubject] = useState(rule?.subject ?? "");
  const [days, setDays] = useState<number | string>(rule?.days ?? 180);
  const [isTold, setTold] = useState(false);
  const isMissing = scope !== "all" && !subject.trim();
  const isWrong = typeof days !== "number" || days < 1;
  function submit(event: FormEvent) {
    event.preventDefault();
    setTold(true);
    if (isMissing || isWrong) return;
    save.mutate({ scope, subject: scope === "all" ? "" : subject, days }, { onSuccess: onClose });
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={rule ? t("retention.changeRule") : t("retention.newRule")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={pageClasses.form} noValidate>
        {rule ? (
          <p className={pageClasses.lead}>{`${t(`retention.scope.${rule.scope}`)} ${rule.label}`}</p>
        ) : (
          <Select
            data-autofocus
            label={t("retention.about")}
            data={SCOPES.map((value) => ({ value, label: t(`retention.scope.${value}`) }))}
            value={scope}
            onChange={(value) => {
              setScope((value as Scope | null) ?? "all");
              setSubject("");
            }}
            allowDeselect={false}
          />
        )}
        {!rule && scope !== "all" && (
          <Subject
            scope={scope}
            value={subject}
            onChange={setSubject}
            error={isTold && isMissing ? t("retention.subjectNeeded") : undefined}
          />
        )}
        <NumberInput
          label={t("retention.keepDays")}
          description={t("retention.keepDaysHint")}
          min={1}
          max={36500}
          allowDecimal={false}
          value={days}
          onChange={setDays}
          error={isTold && isWrong ? t("retention.daysNeeded") : undefined}
        />
        {save.isError && <Failure error={save.error} />}
        <DialogButtons onClose={onClose} isSending={save.isPending} />
      </form>
    </Modal>
  );
}

interface SubjectProps {
  scope: Exclude<Scope, "all">;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}

function Subject({ scope, value, onChange, error }: SubjectProps) {
  const { t } = useTranslation();
  const settings = useSettings();
  const lists = useLists();
  const label = t(`retention.scope.${scope}`);
  if (scope === "tag") {
    return (
      <TextInput
        label={label}
        maxLength={40}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
      />
    );
  }
  if (scope === "queue") {
    return (
      <Autocomplete
        label={label}
        data={[...new Set((settings.data?.queues ?? []).map((queue) => queue.queue))]}
        maxLength={128}
        value={value}
        onChange={onChange}
        error={error}
      />
    );
  }
  return (
    <Select
      label={label}
      data={(lists.data ?? []).map((list) => ({ value: String(list.id), label: list.name }))}
      value={value || null}
      onChange={(chosen) => onChange(chosen ?? "")}
      searchable
      error={error}
    />
  );
}

/** The rules, in the order in which kinds decide. */
export function Rules() {
  const { t } = useTranslation();
  const rules = useRules();
  const [edited, setEdited] = useState<Rule | "new" | null>(null);
  const add = (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setEdited("new")}>
      {t("retention.newRule")}
    </Button>
  );
  return (
    <ListPanel
      title={t("retention.rules")}
      asked={[rules]}
      tools={add}
      waitingRows={3}
      columns={[t("retention.about"), t("retention.keepDays"), t("retention.since"), t("retention.by"), null]}
      rows={(rules.data?.rules ?? []).map((rule) => <Row key={rule.id} rule={rule} onEdit={() => setEdited(rule)} />)}
      empty={{ title: t("retention.noRules"), text: t("retention.noRulesText") }}
    >
      {edited && <RuleDialog rule={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </ListPanel>
  );
}
