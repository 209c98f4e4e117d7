import { Checkbox, Chip, Group, Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useZone } from "../api/queries";
import { toWall } from "../format";
import formClasses from "../forms/Forms.module.css";
import { useLabel } from "../i18n";
import { serverNow } from "../live/clock";
import { Note } from "../parts/Note";
import { type Draft, usualList } from "./drafts";
import classes from "./WrapUp.module.css";
import type { AtHand, Choice, Choices, OpenList, Reason } from "./wrapUps";

interface Props {
  call: Pick<AtHand, "queue">;
  draft: Draft;
  choices: Choices;
  lists: readonly OpenList[];
  change: (fields: Partial<Draft>) => void;
  /** What is wrong with a field, in words. */
  at: (field: "reason" | "lower" | "result" | "note" | "nextAt" | "list") => string | null;
}

/** Those that can be chosen: in use, or chosen already. */
function offered<C extends Choice>(all: readonly C[], chosen: number | null): C[] {
  return all.filter(({ id, is_retired }) => !is_retired || id === chosen);
}

function useOptions(): (choices: readonly Choice[]) => { value: string; label: string }[] {
  const label = useLabel();
  return (choices) => choices.map((one) => ({ value: `${one.id}`, label: label(one) }));
}

const idOf = (value: string | null) => (value === null ? null : Number(value));
const chosenOf = (id: number | null) => (id === null ? null : `${id}`);

function Reasons({ call, draft, choices, change, at }: Props) {
  const { t } = useTranslation();
  const options = useOptions();
  const isFor = ({ id, queues }: Reason) => queues.length === 0 || queues.includes(call.queue) || id === draft.reason;
  const reasons = offered(choices.reasons, draft.reason).filter(isFor);
  const below = offered(reasons.find(({ id }) => id === draft.reason)?.choices ?? [], draft.lower);
  return (
    <div className={classes.two}>
      <Select
        label={t("wrapUp.reason")}
        placeholder={t("wrapUp.choose")}
        withAsterisk
        searchable
        data={options(reasons)}
        value={chosenOf(draft.reason)}
        error={at("reason")}
        onChange={(value) => change({ reason: idOf(value), lower: null })}
      />
      {below.length > 0 && (
        <Select
          label={t("wrapUp.lower")}
          placeholder={t("wrapUp.choose")}
          withAsterisk
          searchable
          data={options(below)}
          value={chosenOf(draft.lower)}
          error={at("lower")}
          onChange={(value) => change({ lower: idOf(value) })}
        />
      )}
    </div>
  );
}

function Results({ draft, choices, change, at }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  const error = at("result");
  return (
    <fieldset className={formClasses.question}>
      <legend>
        {t("wrapUp.result")}
        <em title={t("forms.required")}> *</em>
      </legend>
      <Chip.Group multiple={false} value={chosenOf(draft.result)} onChange={(value) => change({ result: idOf(value) })}>
        <Group gap={6}>
          {offered(choices.results, draft.result).map((result) => (
            <Chip key={result.id} value={`${result.id}`} size="sm" variant="light">
              {label(result)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {error && (
        <p className={formClasses.fault} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function PromisedCall({ call, draft, lists, change, at }: Props) {
  const { t } = useTranslation();
  const zone = useZone();
  const isPromised = draft.nextAt !== "";
  return (
    <div className={classes.two}>
      <TextInput
        type="datetime-local"
        label={t("wrapUp.nextAt")}
        description={t(lists.length > 0 ? "forms.nextAtHint" : "wrapUp.noLists")}
        disabled={lists.length === 0 && !isPromised}
        min={toWall(zone, serverNow())}
        value={draft.nextAt}
        error={at("nextAt")}
        onChange={(event) => change({ nextAt: event.currentTarget.value })}
      />
      {isPromised && (
        <>
          <Select
            label={t("wrapUp.list")}
            placeholder={t("wrapUp.choose")}
            data={lists.map(({ id, name }) => ({ value: `${id}`, label: name }))}
            value={chosenOf(draft.list ?? usualList(lists, call.queue))}
            error={at("list")}
            onChange={(value) => change({ list: idOf(value) })}
          />
          <Checkbox
            label={t("wrapUp.isMine")}
            checked={draft.isMine}
            onChange={(event) => change({ isMine: event.currentTarget.checked })}
          />
        </>
      )}
    </div>
  );
}

/** What is filled in about a conversation. */
export function WrapUpFields(props: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Reasons {...props} />
      <Results {...props} />
      <Note
        label={t("wrapUp.note")}
        value={props.draft.note}
        onType={(note) => props.change({ note })}
        error={props.at("note")}
      />
      <PromisedCall {...props} />
    </>
  );
}
