import { Checkbox, NumberInput, Select, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { RedialRule } from "../api/shapes";
import { type Draft, type DraftError, END_KEYS, endKeyOf, endOf, firstRule, isOnce, RULED, type Ruled } from "./form";
import classes from "./ListForm.module.css";
import { useLists } from "./lists";
import { useEndWords } from "./words";

interface PartProps {
  draft: Draft;
  change: (fields: Partial<Draft>) => void;
}

function Rule({ draft, change, outcome }: PartProps & { outcome: Ruled }) {
  const { t } = useTranslation();
  const endWords = useEndWords();
  const word = t(`attempt.outcome.${outcome}`);
  const rule = draft.rules?.[outcome];
  const put = (next: RedialRule | undefined) => {
    const { [outcome]: _old, ...others } = draft.rules ?? {};
    change({ rules: next ? { ...others, [outcome]: next } : others });
  };
  return (
    <tr>
      <th scope="row">
        <Checkbox
          size="xs"
          label={word}
          checked={rule !== undefined}
          onChange={(event) => put(event.currentTarget.checked ? firstRule(outcome) : undefined)}
        />
      </th>
      <td>
        <NumberInput
          size="xs"
          min={1}
          max={43_200}
          disabled={!rule}
          aria-label={`${word}: ${t("callbacks.delayMinutes")}`}
          value={rule ? rule.delay_seconds / 60 : ""}
          onChange={(minutes) => rule && put({ ...rule, delay_seconds: Number(minutes || 1) * 60 })}
        />
      </td>
      <td>
        <NumberInput
          size="xs"
          min={1}
          max={50}
          allowDecimal={false}
          disabled={!rule || isOnce(outcome)}
          aria-label={`${word}: ${t("callbacks.maxAttempts")}`}
          value={rule?.max_attempts ?? ""}
          onChange={(count) => rule && put({ ...rule, max_attempts: Number(count || 1) })}
        />
      </td>
      <td>
        <Select
          size="xs"
          disabled={!rule}
          allowDeselect={false}
          aria-label={`${word}: ${t("callbacks.end")}`}
          data={END_KEYS.map((key) => ({ value: key, label: endWords(endOf(key)) }))}
          value={rule ? endKeyOf(rule) : null}
          onChange={(key) => rule && key && put({ ...rule, ...endOf(key) })}
        />
      </td>
    </tr>
  );
}

function Rules({ draft, change, isNew }: PartProps & { isNew: boolean }) {
  const { t } = useTranslation();
  return (
    <fieldset className={classes.set}>
      <legend>{t("callbacks.rules")}</legend>
      {isNew && (
        <Switch
          size="sm"
          label={t("callbacks.usualRules")}
          checked={draft.rules === null}
          onChange={(event) => change({ rules: event.currentTarget.checked ? null : {} })}
        />
      )}
      {draft.rules !== null && (
        <table className={classes.rules}>
          <thead>
            <tr>
              <th scope="col">{t("callbacks.afterOutcome")}</th>
              <th scope="col">{t("callbacks.delayMinutes")}</th>
              <th scope="col">{t("callbacks.maxAttempts")}</th>
              <th scope="col">{t("callbacks.end")}</th>
            </tr>
          </thead>
          <tbody>
            {RULED.map((outcome) => (
              <Rule key={outcome} draft={draft} change={change} outcome={outcome} />
            ))}
          </tbody>
        </table>
      )}
    </fieldset>
  );
}

interface EscalationProps extends PartProps {
  /** Of the list itself, which cannot escalate to itself; null for a new one. */
  id: string | null;
  error: string | null;
}

function Escalation({ draft, change, id, error }: EscalationProps) {
  const { t } = useTranslation();
  const lists = useLists().data ?? [];
  const others = lists.filter((list) => String(list.id) !== id);
  return (
    <Select
      label={t("callbacks.escalation")}
      description={t("callbacks.escalationHint")}
      data={[
        { value: "", label: t("callbacks.noEscalation") },
        ...others.map((list) => ({ value: String(list.id), label: list.name })),
      ]}
      value={draft.escalationListId ?? ""}
      onChange={(chosen) => change({ escalationListId: chosen || null })}
      allowDeselect={false}
      error={error}
      searchable
      nothingFoundMessage={t("callbacks.noOtherList")}
    />
  );
}

interface Props extends PartProps {
  id: string | null;
  errorOf: (field: DraftError) => string | null;
}

/** What follows each outcome, and where targets go on that a rule escalates. */
export function RuleFields({ draft, change, id, errorOf }: Props) {
  return (
    <>
      <Rules draft={draft} change={change} isNew={id === null} />
      <Escalation draft={draft} change={change} id={id} error={errorOf("escalation_list_id")} />
    </>
  );
}
