import { Button, Checkbox, Chip, Group, TextInput } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useFormat, useSession, useZone } from "../api/queries";
import { formatFor, fromWall, NOTHING, toWall } from "../format";
import { useLanguage } from "../i18n";
import { serverNow } from "../live/clock";
import { DraftKept } from "../parts/DraftKept";
import { Failure } from "../parts/Failure";
import { Note } from "../parts/Note";
import { RowsSkeleton } from "../parts/Waiting";
import classes from "./Forms.module.css";
import {
  type Draft,
  forgetDraft,
  keepDraft,
  keptDraft,
  NEW_DRAFT,
  RESULTS,
  type RecordSent,
  type Result,
  type Sheet,
  type SheetOf,
  useFillIn,
  useSheet,
} from "./forms";
import { Questions } from "./Questions";
import { type Answer, faults, kept, keysOf, type Question, shown } from "./rules";
import { Whom } from "./Whom";

interface PartProps {
  draft: Draft;
  change: (fields: Partial<Draft>) => void;
}

function ResultChoice({ draft, change, error }: PartProps & { error: string | null }) {
  const { t } = useTranslation();
  return (
    <fieldset className={classes.question}>
      <legend>
        {t("forms.resultOf")}
        <em title={t("forms.required")}> *</em>
      </legend>
      <Chip.Group
        multiple={false}
        value={draft.result}
        onChange={(result) => change({ result: (result as Result | null) ?? null })}
      >
        <Group gap={6}>
          {RESULTS.map((result) => (
            <Chip key={result} value={result} size="sm" variant="light">
              {t(`forms.result.${result}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {error && (
        <p className={classes.fault} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

/** The customer's clock at the promised time, where it is known to be another. */
function useTheirClock(sheet: Sheet, at: number | null): string | null {
  const { t } = useTranslation();
  const language = useLanguage();
  const zone = useZone();
  const theirs = sheet.target.time_zones;
  if (at === null || !theirs || theirs.includes(",") || theirs === zone) return null;
  return t("forms.theirClock", { time: formatFor(language, theirs).dateMinute(at) });
}

function NextStep({ draft, change, sheet, error }: PartProps & { sheet: Sheet; error: string | null }) {
  const { t } = useTranslation();
  const zone = useZone();
  const theirs = useTheirClock(sheet, draft.nextAt ? fromWall(zone, draft.nextAt) : null);
  const agent = sheet.attempt?.agent_number;
  return (
    <div className={classes.next}>
      <Note className={classes.wide} label={t("forms.note")} value={draft.note} onType={(note) => change({ note })} />
      <TextInput
        label={t("forms.nextStep")}
        maxLength={500}
        value={draft.nextStep}
        onChange={(event) => change({ nextStep: event.currentTarget.value })}
      />
      <TextInput
        type="datetime-local"
        label={t("forms.nextAt")}
        description={theirs ?? t("forms.nextAtHint")}
        withAsterisk={draft.result === "later"}
        min={toWall(zone, serverNow())}
        value={draft.nextAt}
        error={error}
        onChange={(event) => change({ nextAt: event.currentTarget.value })}
      />
      <Checkbox
        label={agent ? t("forms.isMine", { agent }) : t("forms.isMineLater")}
        checked={draft.isMine}
        disabled={!draft.nextAt || !agent}
        onChange={(event) => change({ isMine: event.currentTarget.checked })}
      />
      <Checkbox
        label={t("forms.isDoNotCall")}
        checked={draft.isDoNotCall}
        disabled={draft.nextAt !== ""}
        onChange={(event) => change({ isDoNotCall: event.currentTarget.checked })}
      />
    </div>
  );
}

function sentOf(sheet: Sheet, draft: Draft, result: Result, zone: string): RecordSent {
  const nextAt = draft.nextAt ? fromWall(zone, draft.nextAt) : null;
  return {
    form_id: sheet.form.id,
    result,
    answers: kept(sheet.form.questions, draft.answers),
    note: draft.note.trim(),
    next_step: draft.nextStep.trim(),
    next_at: nextAt,
    next_agent: nextAt !== null && draft.isMine ? (sheet.attempt?.agent_number ?? "") : "",
    is_do_not_call: draft.isDoNotCall && nextAt === null,
  };
}

function draftOf(sheet: Sheet, zone: string): Draft {
  const { record } = sheet;
  if (!record) return NEW_DRAFT;
  return {
    answers: record.answers,
    result: record.result,
    note: record.note,
    nextStep: record.next_step,
    nextAt: record.next_at === null ? "" : toWall(zone, record.next_at),
    isMine: record.next_agent !== "",
    isDoNotCall: false,
  };
}

/** What is typed and not sent is kept in this browser, so that a reload loses nothing. */
function useDraft(sheet: Sheet) {
  const zone = useZone();
  const { username } = useSession().user;
  const { id } = sheet.target;
  const [draft, setDraft] = useState(() => keptDraft(username, id) ?? draftOf(sheet, zone));
  const [isKept, setIsKept] = useState(true);
  return {
    draft,
    isKept,
    change: (fields: Partial<Draft>) => {
      const next = { ...draft, ...fields };
      setDraft(next);
      setIsKept(keepDraft(username, id, next));
    },
    forget: () => forgetDraft(username, id),
  };
}

function Filling({ sheet, onDone }: { sheet: Sheet; onDone: () => void }) {
  const { t } = useTranslation();
  const zone = useZone();
  const { draft, isKept, change, forget } = useDraft(sheet);
  const [isTried, setTried] = useState(false);
  const send = useFillIn(sheet.attempt?.id ?? 0);
  const { questions } = sheet.form;
  const found = isTried ? faults(questions, draft.answers, draft.result === "completed") : {};
  const needsTime = draft.result === "later" && !draft.nextAt;
  const refused = send.error instanceof ApiError && send.error.field === "next_at" ? send.error.detail : null;
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    const wrong = faults(questions, draft.answers, draft.result === "completed");
    if (!draft.result || needsTime || Object.keys(wrong).length > 0) return;
    send.mutate(sentOf(sheet, draft, draft.result, zone), {
      onSuccess: () => {
        forget();
        onDone();
      },
    });
  }
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <Questions
        questions={questions}
        answers={draft.answers}
        change={(answers) => change({ answers })}
        faults={found}
      />
      <ResultChoice draft={draft} change={change} error={isTried && !draft.result ? t("forms.fault.required") : null} />
      <NextStep
        draft={draft}
        change={change}
        sheet={sheet}
        error={isTried && needsTime ? t("forms.needsTime") : refused}
      />
      {send.isError && <Failure error={send.error} />}
      <div className={classes.actions}>
        {!sheet.attempt && <span className="muted">{t("forms.notCalledYet")}</span>}
        {(sheet.attempt || !isKept) && <DraftKept isKept={isKept} />}
        {sheet.record && (
          <Button
            variant="default"
            onClick={() => {
              forget();
              onDone();
            }}
          >
            {t("callbacks.cancel")}
          </Button>
        )}
        <Button type="submit" loading={send.isPending} disabled={!sheet.attempt}>
          {t("forms.send")}
        </Button>
      </div>
    </form>
  );
}

/** An answer as people read it. */
export function useAnswerWord(): (question: Question, answer: Answer | undefined) => string {
  const { t } = useTranslation();
  return (question, answer) => {
    if (typeof answer === "boolean") return t(answer ? "forms.yes" : "forms.no");
    const words = keysOf(answer).map((key) => question.options?.find(({ id }) => id === key)?.label ?? key);
    return words.join(", ") || NOTHING;
  };
}

function Saved({ sheet, onChange }: { sheet: Sheet; onChange: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useAnswerWord();
  const { record, form } = sheet;
  if (!record) return null;
  const next = record.next_at === null ? "" : format.dateMinute(record.next_at);
  const lines: [string, string][] = [
    [t("forms.resultOf"), t(`forms.result.${record.result}`)],
    ...shown(form.questions, record.answers).map((question): [string, string] => [
      question.label,
      word(question, record.answers[question.id]),
    ]),
    [t("forms.note"), record.note],
    [t("forms.nextStep"), record.next_step],
    [t("forms.nextAt"), record.next_agent ? `${next} · ${record.next_agent}` : next],
  ];
  return (
    <>
      <p className={classes.done} role="status">
        <IconCheck size={18} aria-hidden />
        {t("forms.saved", { time: format.dateTime(record.changed_at), name: record.filled_by })}
      </p>
      <dl className={classes.saved}>
        {lines
          .filter(([, value]) => value)
          .map(([label, value]) => (
            <div key={label} style={{ display: "contents" }}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <div className={classes.actions}>
        <Button variant="default" onClick={onChange}>
          {t("forms.correct")}
        </Button>
      </div>
    </>
  );
}

function SheetForm({ sheet }: { sheet: Sheet }) {
  const zone = useZone();
  const { username } = useSession().user;
  const [isChanging, setChanging] = useState(() => keptDraft(username, sheet.target.id) !== null);
  // Kept from the first moment: as long as there is a draft, no other callback takes its place by itself.
  const correct = () => {
    keepDraft(username, sheet.target.id, draftOf(sheet, zone));
    setChanging(true);
  };
  if (sheet.record && !isChanging) return <Saved sheet={sheet} onChange={correct} />;
  return <Filling sheet={sheet} onDone={() => setChanging(false)} />;
}

/** The record form (回访记录表) of an attempt, or of a target: with its last attempt, or before any. */
export function RecordForm(of: SheetOf) {
  const sheet = useSheet(of);
  if (sheet.isPending) return <RowsSkeleton rows={6} />;
  if (sheet.isError) return <Failure error={sheet.error} onRetry={() => void sheet.refetch()} />;
  return (
    <section className={`panel ${classes.sheet}`} data-target={sheet.data.target.id}>
      <Whom sheet={sheet.data} />
      <SheetForm key={`${sheet.data.target.id} ${sheet.data.attempt?.id}`} sheet={sheet.data} />
    </section>
  );
}
