import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useMay, useZone } from "../api/queries";
import formClasses from "../forms/Forms.module.css";
import { type Draft, draftOf } from "./drafts";
import { RecordLines, useSaid } from "./RecordLines";
import classes from "./WrapUp.module.css";
import { WrapUpForm } from "./WrapUpForm";
import { type Choices, type OpenList, useChange, useChoices, useRecords, type WrapUpRecord } from "./wrapUps";

interface Call {
  pbx: string;
  call_id: string;
}

/** What it was before each change. */
function EarlierOnes({ record, choices }: { record: WrapUpRecord; choices: Choices }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid(choices);
  if (record.earlier.length === 0) return null;
  return (
    <details>
      <summary>{t("wrapUp.earlier", { count: record.earlier.length })}</summary>
      <ul className={classes.earlier}>
        {record.earlier.map((one) => (
          <li key={one.changed_at}>
            {[format.dateTime(one.changed_at), one.changed_by, ...said(one), one.note].filter(Boolean).join(" · ")}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The promise's list, as the only one: another one is the agent's to choose. */
function listsOf({ list_id, list_name }: WrapUpRecord): OpenList[] {
  return list_id === null ? [] : [{ id: list_id, name: list_name, queue: "" }];
}

function Changing({ call, record, choices, onDone }: { call: Call; onDone: () => void } & RecordProps) {
  const { t } = useTranslation();
  const zone = useZone();
  const [draft, type] = useState<Draft>(() => draftOf(record, choices, zone));
  const save = useChange(call.pbx, call.call_id, record.agent_number);
  return (
    <WrapUpForm
      call={{ queue: "" }}
      draft={draft}
      choices={choices}
      lists={listsOf(record)}
      save={save}
      onType={type}
      onSaved={onDone}
    >
      <Button variant="default" onClick={onDone}>
        {t("callbacks.cancel")}
      </Button>
    </WrapUpForm>
  );
}

interface RecordProps {
  record: WrapUpRecord;
  choices: Choices;
}

function OneRecord({ call, record, choices }: { call: Call } & RecordProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayChange = useMay("manage_wrap_ups");
  const [isChanging, setChanging] = useState(false);
  const agent = record.agent_name || record.agent_number;
  return (
    <section className={`panel ${classes.card}`} aria-label={t("wrapUp.by", { agent })}>
      <div>
        <h2>{t("wrapUp.by", { agent })}</h2>
        <span className="muted">
          {t("forms.saved", { time: format.dateTime(record.changed_at), name: record.changed_by })}
        </span>
      </div>
      {isChanging ? (
        <Changing call={call} record={record} choices={choices} onDone={() => setChanging(false)} />
      ) : (
        <>
          <RecordLines record={record} choices={choices} />
          <EarlierOnes record={record} choices={choices} />
          {mayChange && (
            <div className={formClasses.actions}>
              <Button size="xs" variant="default" onClick={() => setChanging(true)}>
                {t("forms.correct")}
              </Button>
            </div>
          )}
        </>
      )}
    </section>
  );
}

/** What each agent wrote down of a call. */
export function WrapUpsOfCall({ call }: { call: Call }) {
  const choices = useChoices().data;
  const records = useRecords(call.pbx, call.call_id).data ?? [];
  if (!choices) return null;
  return records.map((record) => <OneRecord key={record.agent_number} call={call} record={record} choices={choices} />);
}
