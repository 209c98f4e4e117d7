import { ActionIcon, Button, MultiSelect, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useFormat, useMay } from "../api/queries";
import { Failure } from "../parts/Failure";
import { useTell } from "../parts/useTell";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import {
  added,
  dependsOn,
  hasWords,
  moved,
  newOption,
  newQuestion,
  removed,
  retyped,
  trimmed,
  usualQuestions,
} from "./building";
import classes from "./Forms.module.css";
import { type RecordFormShape, useForm, useSaveForm } from "./forms";
import { Questions } from "./Questions";
import { type Answers, COUNTED, possibleKeys, QUESTION_KINDS, type Question, type QuestionKind } from "./rules";

interface CardProps {
  question: Question;
  /** Saving was tried: what has no words yet says so. */
  isTried: boolean;
  change: (fields: Partial<Question>) => void;
}

function Options({ question, change, isTried }: CardProps) {
  const { t } = useTranslation();
  const options = question.options ?? [];
  const put = (id: string, label: string) =>
    change({ options: options.map((option) => (option.id === id ? { id, label } : option)) });
  return (
    <div className={classes.options}>
      {options.map(({ id, label }, nth) => (
        <div key={id} className={classes.option}>
          <TextInput
            size="xs"
            aria-label={t("forms.option", { number: nth + 1 })}
            maxLength={200}
            value={label}
            error={isTried && !label.trim() ? t("forms.needsWords") : null}
            onChange={(event) => put(id, event.currentTarget.value)}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("forms.removeOption", { number: nth + 1 })}
            onClick={() => change({ options: options.filter((option) => option.id !== id) })}
          >
            <IconTrash size={15} />
          </ActionIcon>
        </div>
      ))}
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconPlus size={13} />}
        onClick={() => change({ options: [...options, newOption()] })}
      >
        {t("forms.addOption")}
      </Button>
    </div>
  );
}

function Bounds({ question, change }: CardProps) {
  const { t } = useTranslation();
  return (
    <div className={classes.two}>
      {(["minimum", "maximum"] as const).map((bound) => (
        <NumberInput
          key={bound}
          size="xs"
          label={t(`forms.${bound}`)}
          allowDecimal={question.kind === "number"}
          value={question[bound] ?? ""}
          onChange={(value) => change({ [bound]: value === "" ? null : Number(value) })}
        />
      ))}
    </div>
  );
}

/** Which earlier answer shows this question. */
function ShownIf({ question, change, earlier }: CardProps & { earlier: Question[] }) {
  const { t } = useTranslation();
  const sources = earlier.filter(({ kind }) => COUNTED.has(kind));
  const source = sources.find(({ id }) => id === question.shown_if?.question);
  if (sources.length === 0) return null;
  const keys = source?.kind === "yes_no" ? ["yes", "no"].map((id) => ({ id, label: t(`forms.${id as "yes"}`) })) : [];
  const choices = source ? [...keys, ...possibleKeys(source)] : [];
  return (
    <div className={classes.two}>
      <Select
        size="xs"
        label={t("forms.shownIf")}
        clearable
        placeholder={t("forms.always")}
        data={sources.map(({ id, label }) => ({ value: id, label: label || t("forms.untitled") }))}
        value={source?.id ?? null}
        onChange={(id) => change({ shown_if: id ? { question: id, any_of: [] } : null })}
      />
      {source && (
        <MultiSelect
          size="xs"
          label={t("forms.isAnsweredBy")}
          data={choices.map(({ id, label }) => ({ value: id, label: label || id }))}
          value={question.shown_if?.any_of ?? []}
          onChange={(any_of) => change({ shown_if: { question: source.id, any_of } })}
        />
      )}
    </div>
  );
}

interface EditorProps extends CardProps {
  nth: number;
  all: Question[];
  put: (questions: Question[]) => void;
  error: string | null;
}

function CardHead({ nth, all, put, question }: Omit<EditorProps, "error" | "change" | "isTried">) {
  const { t } = useTranslation();
  const tools = [
    { name: "up", Icon: IconArrowUp, isOff: nth === 0, act: () => put(moved(all, nth, -1)) },
    { name: "down", Icon: IconArrowDown, isOff: nth === all.length - 1, act: () => put(moved(all, nth, 1)) },
    { name: "remove", Icon: IconTrash, isOff: false, act: () => put(removed(all, question.id)) },
  ] as const;
  return (
    <div className={classes.cardHead}>
      <strong>{t("forms.questionNumber", { number: nth + 1 })}</strong>
      {tools.map(({ name, Icon, isOff, act }) => (
        <ActionIcon
          key={name}
          variant="subtle"
          color="gray"
          disabled={isOff}
          aria-label={t(`forms.${name}`, { number: nth + 1 })}
          onClick={act}
        >
          <Icon size={16} />
        </ActionIcon>
      ))}
    </div>
  );
}

function QuestionCard(props: EditorProps) {
  const { t } = useTranslation();
  const { question, change, nth, all, error, isTried } = props;
  const used = dependsOn(all, question.id);
  return (
    <li className={classes.card}>
      <CardHead {...props} />
      <TextInput
        label={t("forms.label")}
        maxLength={200}
        value={question.label}
        error={isTried && !question.label.trim() ? t("forms.needsWords") : error}
        onChange={(event) => change({ label: event.currentTarget.value })}
      />
      <div className={classes.two}>
        <Select
          size="xs"
          label={t("forms.kind")}
          data={QUESTION_KINDS.map((value) => ({ value, label: t(`forms.kinds.${value}`) }))}
          value={question.kind}
          disabled={used}
          description={used ? t("forms.isUsed") : undefined}
          allowDeselect={false}
          onChange={(kind) => kind && change(retyped(question, kind as QuestionKind))}
        />
        <TextInput
          size="xs"
          label={t("forms.help")}
          maxLength={500}
          value={question.help ?? ""}
          onChange={(event) => change({ help: event.currentTarget.value })}
        />
        <Switch
          label={t("forms.required")}
          checked={question.is_required ?? false}
          onChange={(event) => change({ is_required: event.currentTarget.checked })}
        />
      </div>
      {(question.kind === "choice" || question.kind === "choices") && <Options {...props} />}
      {(question.kind === "scale" || question.kind === "number") && <Bounds {...props} />}
      <ShownIf {...props} earlier={all.slice(0, nth)} />
    </li>
  );
}

/** The form as its agents will see it, to be tried. */
function Preview({ questions }: { questions: Question[] }) {
  const { t } = useTranslation();
  const [answers, setAnswers] = useState<Answers>({});
  return (
    <section className={classes.preview} aria-label={t("forms.preview")}>
      <h2>{t("forms.preview")}</h2>
      <Questions questions={questions} answers={answers} change={setAnswers} faults={{}} />
    </section>
  );
}

/** Which question the server's complaint is about: `questions.2.options` → 2. */
function faultyOf(error: unknown): number | null {
  const place = error instanceof ApiError ? /^questions\.(\d+)/.exec(error.field ?? "") : null;
  return place ? Number(place[1]) : null;
}

function Editor({ list, form }: { list: string; form: RecordFormShape }) {
  const { t } = useTranslation();
  const tell = useTell();
  const format = useFormat();
  const [questions, put] = useState<Question[]>(form.questions);
  const save = useSaveForm(list);
  const faulty = faultyOf(save.error);
  const isChanged = JSON.stringify(questions) !== JSON.stringify(form.questions);
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isChanged]);
  const [isTried, setTried] = useState(false);
  const send = () => {
    setTried(true);
    if (!hasWords(questions)) return;
    save.mutate(
      { version: form.version, questions: trimmed(questions) },
      { onSuccess: (saved) => tell.success(t("forms.formSaved", { version: saved.version })) },
    );
  };
  return (
    <div className={classes.builder}>
      <div className={classes.form}>
        {questions.length === 0 && (
          <Empty title={t("forms.noQuestions")} text={t("forms.noQuestionsText")}>
            <Button size="xs" variant="default" onClick={() => put(usualQuestions((name) => t(`forms.usual.${name}`)))}>
              {t("forms.useUsual")}
            </Button>
          </Empty>
        )}
        <ol className={classes.cards}>
          {questions.map((question, nth) => (
            <QuestionCard
              key={question.id}
              question={question}
              nth={nth}
              all={questions}
              put={put}
              isTried={isTried}
              error={faulty === nth && save.error instanceof ApiError ? save.error.detail : null}
              change={(fields) => put(questions.map((one, at) => (at === nth ? { ...one, ...fields } : one)))}
            />
          ))}
        </ol>
        {save.isError && <Failure error={save.error} />}
        <div className={classes.actions}>
          <span className="muted">
            {form.created_at === null
              ? t("forms.noVersion")
              : t("forms.version", {
                  version: form.version,
                  time: format.dateMinute(form.created_at),
                  name: form.created_by,
                })}
          </span>
          <Button
            variant="default"
            leftSection={<IconPlus size={15} />}
            disabled={questions.length >= 100}
            onClick={() => put(added(questions, newQuestion()))}
          >
            {t("forms.addQuestion")}
          </Button>
          <Button disabled={!isChanged} loading={save.isPending} onClick={send}>
            {t("forms.saveForm")}
          </Button>
        </div>
      </div>
      {questions.length > 0 && <Preview questions={questions} />}
    </div>
  );
}

/** Who may not change the form sees it as agents do. */
export function FormBuilder({ list }: { list: string }) {
  const { t } = useTranslation();
  const form = useForm(list);
  const mayChange = useMay("run_lists");
  if (form.isPending) return <RowsSkeleton rows={5} />;
  if (form.isError) return <Failure error={form.error} onRetry={() => void form.refetch()} />;
  if (mayChange) return <Editor key={form.data.version} list={list} form={form.data} />;
  if (form.data.questions.length === 0)
    return <Empty title={t("forms.noQuestions")} text={t("forms.noQuestionsText")} />;
  return (
    <div className={classes.sheet}>
      <Preview questions={form.data.questions} />
    </div>
  );
}
