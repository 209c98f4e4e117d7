import { ActionIcon, Button, MultiSelect, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useSettings } from "../api/queries";
import formClasses from "../forms/Forms.module.css";
import { useLabel } from "../i18n";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useTell } from "../parts/useTell";
import { useTitle } from "../parts/useTitle";
import { Empty, PageSkeleton } from "../parts/Waiting";
import {
  added,
  changed,
  type Edited,
  type Entry,
  editedOf,
  isComplete,
  isNameless,
  moved,
  type RetiredEntry,
  sentOf,
  stillRetired,
  takenBack,
  without,
} from "./editing";
import classes from "./WrapUp.module.css";
import { type Choices, useChoices, useSaveChoices } from "./wrapUps";

const MOST = 50;

interface RowsProps {
  entries: Entry[];
  put: (entries: Entry[]) => void;
  /** Of what: also the beginning of the field that the server complains about. */
  field: string;
  isTried: boolean;
  error: unknown;
  hasBelow?: boolean;
}

function useQueueOptions(): { value: string; label: string }[] {
  const queues = useSettings().data?.queues ?? [];
  return [...new Map(queues.map(({ queue, label }) => [queue, label || queue]))].map(([value, label]) => ({
    value,
    label,
  }));
}

function Row({ nth, entries, put, field, isTried, error }: RowsProps & { nth: number }) {
  const { t } = useTranslation();
  const label = useLabel();
  const entry = entries[nth] as Entry;
  const name = label(entry) || `${nth + 1}`;
  const refused = error instanceof ApiError && error.field?.startsWith(`${field}.${nth}.`) ? error : null;
  const isDeeper = refused?.field?.startsWith(`${field}.${nth}.choices`) ?? false;
  const fault = isTried && isNameless(entry) ? t("quality.needsWords") : refused && !isDeeper ? refused.detail : null;
  const tools = [
    { act: "up", Icon: IconArrowUp, isOff: nth === 0, put: () => put(moved(entries, nth, -1)) },
    { act: "down", Icon: IconArrowDown, isOff: nth === entries.length - 1, put: () => put(moved(entries, nth, 1)) },
    { act: "retire", Icon: IconTrash, isOff: false, put: () => put(without(entries, nth)) },
  ] as const;
  return (
    <div className={classes.entry}>
      {(["label_en", "label_zh"] as const).map((language) => (
        <TextInput
          key={language}
          size="xs"
          lang={language === "label_en" ? "en" : "zh"}
          aria-label={t(`wrapUp.${language}`, { name })}
          placeholder={t(`wrapUp.in.${language}`)}
          maxLength={100}
          value={entry[language]}
          error={language === "label_en" ? fault : fault !== null}
          onChange={(event) => put(changed(entries, nth, { [language]: event.currentTarget.value }))}
        />
      ))}
      {tools.map(({ act, Icon, isOff, put: apply }) => (
        <ActionIcon
          key={act}
          variant="subtle"
          color="gray"
          disabled={isOff}
          aria-label={t(`wrapUp.${act}`, { name })}
          onClick={apply}
        >
          <Icon size={16} />
        </ActionIcon>
      ))}
    </div>
  );
}

function Below({ nth, entries, put, field, isTried, error }: RowsProps & { nth: number }) {
  const { t } = useTranslation();
  const label = useLabel();
  const queues = useQueueOptions();
  const entry = entries[nth] as Entry;
  const name = label(entry) || `${nth + 1}`;
  return (
    <>
      {queues.length > 1 && (
        <MultiSelect
          size="xs"
          aria-label={t("wrapUp.queuesOf", { name })}
          placeholder={entry.queues.length === 0 ? t("wrapUp.allQueues") : undefined}
          data={queues}
          value={entry.queues}
          onChange={(chosen) => put(changed(entries, nth, { queues: chosen }))}
        />
      )}
      <Rows
        entries={entry.choices}
        put={(choices) => put(changed(entries, nth, { choices }))}
        field={`${field}.${nth}.choices`}
        isTried={isTried}
        error={error}
      />
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconPlus size={13} />}
        disabled={entry.choices.length >= MOST}
        onClick={() => put(changed(entries, nth, { choices: added(entry.choices) }))}
      >
        {t("wrapUp.addBelow", { name })}
      </Button>
    </>
  );
}

function Rows(props: RowsProps) {
  if (props.entries.length === 0) return null;
  return (
    <ol className={classes.entries}>
      {props.entries.map((entry, nth) => (
        <li key={entry.key}>
          <Row {...props} nth={nth} />
          {props.hasBelow && <Below {...props} nth={nth} />}
        </li>
      ))}
    </ol>
  );
}

function Part({ kind, edited, put, isTried, error }: PartProps) {
  const { t } = useTranslation();
  const entries = edited[kind];
  const refused = error instanceof ApiError && error.field === kind ? error.detail : null;
  return (
    <section className={`panel ${classes.card}`} aria-label={t(`wrapUp.${kind}`)}>
      <h2>{t(`wrapUp.${kind}`)}</h2>
      {entries.length === 0 && <Empty title={t(`wrapUp.none.${kind}`)} text={t(`wrapUp.noneText.${kind}`)} />}
      <Rows
        entries={entries}
        put={(next) => put({ ...edited, [kind]: next })}
        field={kind}
        isTried={isTried}
        error={error}
        hasBelow={kind === "reasons"}
      />
      {refused && (
        <p className={formClasses.fault} role="alert">
          {refused}
        </p>
      )}
      <div className={formClasses.actions}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={15} />}
          disabled={entries.length >= MOST}
          onClick={() => put({ ...edited, [kind]: added(entries) })}
        >
          {t(`wrapUp.add.${kind}`)}
        </Button>
      </div>
    </section>
  );
}

interface PartProps {
  kind: "reasons" | "results";
  edited: Edited;
  put: (edited: Edited) => void;
  isTried: boolean;
  error: unknown;
}

function Retired({ edited, put }: Pick<PartProps, "edited" | "put">) {
  const { t } = useTranslation();
  const label = useLabel();
  const left = stillRetired(edited);
  const above = (below: string | null) => edited.reasons.find(({ key }) => key === below);
  const nameOf = ({ below, entry }: RetiredEntry) =>
    [above(below), entry].flatMap((one) => (one ? [label(one)] : [])).join(" › ");
  if (left.length === 0) return null;
  return (
    <section className={`panel ${classes.card}`} aria-label={t("wrapUp.retired")}>
      <h2>{t("wrapUp.retired")}</h2>
      <p className="muted">{t("wrapUp.retiredText")}</p>
      <div className={classes.retired}>
        {left.map((one) => (
          <Button key={one.entry.key} size="xs" variant="default" onClick={() => put(takenBack(edited, one))}>
            {t("wrapUp.takeBack", { name: nameOf(one) })}
          </Button>
        ))}
      </div>
    </section>
  );
}

function Editor({ choices }: { choices: Choices }) {
  const { t } = useTranslation();
  const tell = useTell();
  const save = useSaveChoices();
  const [edited, put] = useState(() => editedOf(choices));
  const [isTried, setTried] = useState(false);
  const isChanged = JSON.stringify(sentOf(edited)) !== JSON.stringify(sentOf(editedOf(choices)));
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isChanged]);
  const send = () => {
    setTried(true);
    if (!isComplete(edited)) return;
    const sent = { version: choices.version, ...sentOf(edited) };
    save.mutate(sent, { onSuccess: () => tell.success(t("wrapUp.choicesSaved")) });
  };
  const isElsewhere = save.isError && !(save.error instanceof ApiError && save.error.field);
  const shared = { edited, put, isTried, error: save.error };
  return (
    <>
      <Part kind="reasons" {...shared} />
      <Part kind="results" {...shared} />
      <Retired edited={edited} put={put} />
      {isElsewhere && <Failure error={save.error} />}
      <div className={formClasses.actions}>
        <Button disabled={!isChanged} loading={save.isPending} onClick={send}>
          {t("callbacks.save")}
        </Button>
      </div>
    </>
  );
}

/** What agents can choose in a wrap-up form. */
export default function ChoicesPage() {
  const { t } = useTranslation();
  const choices = useChoices();
  useTitle(t("wrapUp.choices"));
  if (choices.isPending) return <PageSkeleton />;
  if (choices.isError) return <Failure error={choices.error} onRetry={() => void choices.refetch()} />;
  return (
    <div className={page.page}>
      <header>
        <h1>{t("wrapUp.choices")}</h1>
        <p className={page.lead}>{t("wrapUp.choicesText")}</p>
      </header>
      <Editor key={choices.data.version} choices={choices.data} />
    </div>
  );
}
