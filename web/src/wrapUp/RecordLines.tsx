import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import formClasses from "../forms/Forms.module.css";
import { useLabel } from "../i18n";
import { type Choices, type Earlier, reasonWord, type WrapUpRecord } from "./wrapUps";

/** Reason, result and note of a record, or of what it was, in words. */
export function useSaid(choices: Choices): (said: Pick<Earlier, "reason_id" | "result_id">) => [string, string] {
  const label = useLabel();
  return ({ reason_id, result_id }) => {
    const result = choices.results.find(({ id }) => id === result_id);
    return [reasonWord(label, choices, reason_id), result ? label(result) : ""];
  };
}

/** What was written down, line by line. */
export function RecordLines({ record, choices }: { record: WrapUpRecord; choices: Choices }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [reason, result] = useSaid(choices)(record);
  const promised =
    record.next_at === null ? [] : [format.dateMinute(record.next_at), record.list_name, record.next_agent];
  const lines: [string, string][] = [
    [t("wrapUp.reason"), reason],
    [t("wrapUp.result"), result],
    [t("wrapUp.note"), record.note],
    [t("wrapUp.nextAt"), promised.filter(Boolean).join(" · ")],
  ];
  return (
    <dl className={formClasses.saved}>
      {lines
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
