import { ActionIcon, Checkbox, Chip, Group, NumberInput, Textarea, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Forms.module.css";
import {
  type Answer,
  type Answers,
  type Fault,
  isEmpty,
  LONGEST_TEXT,
  possibleKeys,
  type Question,
  shown,
} from "./rules";

interface FieldProps {
  question: Question;
  answer: Answer | undefined;
  change: (answer: Answer) => void;
  error: string | null;
}

function Legend({ question }: { question: Question }) {
  const { t } = useTranslation();
  return (
    <legend>
      {question.label}
      {question.is_required && <em title={t("forms.required")}> *</em>}
      {question.help && <small>{question.help}</small>}
    </legend>
  );
}

function Choosing({ question, answer, change, error, children }: FieldProps & { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <fieldset className={classes.question} data-question={question.id}>
      <Legend question={question} />
      <div className={classes.choices}>
        {children}
        {!isEmpty(answer) && (
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={t("forms.clear", { question: question.label })}
            onClick={() => change(null)}
          >
            <IconX size={14} />
          </ActionIcon>
        )}
      </div>
      {error && (
        <p className={classes.fault} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

/** One of a few: options, the steps of a scale, yes and no. */
function OneOf(props: FieldProps) {
  const { t } = useTranslation();
  const { question, answer, change } = props;
  const isYesNo = question.kind === "yes_no";
  const keys = isYesNo
    ? [
        { id: "yes", label: t("forms.yes") },
        { id: "no", label: t("forms.no") },
      ]
    : possibleKeys(question);
  const value =
    isYesNo && typeof answer === "boolean" ? (answer ? "yes" : "no") : isEmpty(answer) ? null : String(answer);
  const choose = (key: string) => change(isYesNo ? key === "yes" : question.kind === "scale" ? Number(key) : key);
  return (
    <Choosing {...props}>
      <Chip.Group multiple={false} value={value} onChange={choose}>
        <Group gap={6}>
          {keys.map(({ id, label }) => (
            <Chip key={id} value={id} size="sm" variant="light">
              {label}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Choosing>
  );
}

function SomeOf(props: FieldProps) {
  const { question, answer, change } = props;
  return (
    <Choosing {...props}>
      <Checkbox.Group value={Array.isArray(answer) ? answer : []} onChange={change}>
        <Group gap={14}>
          {question.options?.map(({ id, label }) => (
            <Checkbox key={id} value={id} label={label} />
          ))}
        </Group>
      </Checkbox.Group>
    </Choosing>
  );
}

function Typed({ question, answer, change, error }: FieldProps) {
  const same = {
    label: question.label,
    description: question.help || undefined,
    withAsterisk: question.is_required,
    error,
    "data-question": question.id,
  };
  if (question.kind === "number") {
    return (
      <NumberInput
        {...same}
        min={question.minimum ?? undefined}
        max={question.maximum ?? undefined}
        clampBehavior="none"
        value={typeof answer === "number" ? answer : ""}
        onChange={(value) => change(typeof value === "number" ? value : value === "" ? null : Number(value))}
      />
    );
  }
  const value = typeof answer === "string" ? answer : "";
  if (question.kind === "date") {
    return <TextInput {...same} type="date" value={value} onChange={(event) => change(event.currentTarget.value)} />;
  }
  return (
    <Textarea
      {...same}
      autosize
      minRows={2}
      maxRows={10}
      maxLength={LONGEST_TEXT}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

const FIELDS = { choice: OneOf, scale: OneOf, yes_no: OneOf, choices: SomeOf, text: Typed, number: Typed, date: Typed };

interface QuestionsProps {
  questions: readonly Question[];
  answers: Answers;
  change: (answers: Answers) => void;
  faults: Record<string, Fault>;
}

/** The questions that are shown by what is answered so far. */
export function Questions({ questions, answers, change, faults }: QuestionsProps) {
  const { t } = useTranslation();
  return shown(questions, answers).map((question) => {
    const Field = FIELDS[question.kind];
    const fault = faults[question.id];
    return (
      <Field
        key={question.id}
        question={question}
        answer={answers[question.id]}
        change={(answer) => change({ ...answers, [question.id]: answer })}
        error={fault ? t(`forms.fault.${fault}`, { minimum: question.minimum, maximum: question.maximum }) : null}
      />
    );
  });
}
