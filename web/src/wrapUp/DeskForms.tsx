import { Button } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useQueueWord, useZone } from "../api/queries";
import type { Seat } from "../api/shapes";
import formClasses from "../forms/Forms.module.css";
import { DraftKept } from "../parts/DraftKept";
import { Failure } from "../parts/Failure";
import { SureButton } from "../parts/SureButton";
import { useTell } from "../parts/useTell";
import { type Draft, draftOf, isSameDraft, NEW_DRAFT, type Shown, shown, useKept } from "./drafts";
import { RecordLines } from "./RecordLines";
import classes from "./WrapUp.module.css";
import { WrapUpForm } from "./WrapUpForm";
import { askMineAgain, type Choices, type OpenList, useChoices, useMine, useWrite, type WrapUpRecord } from "./wrapUps";

interface CardProps {
  one: Shown;
  isKept: boolean;
  choices: Choices;
  lists: readonly OpenList[];
  type: (draft: Draft) => void;
  drop: () => void;
  dismiss: () => void;
}

/** Throws away what was typed, when pressed twice; where nothing was, at once. */
function Dismiss({ one, draft, choices, drop, dismiss }: CardProps & { draft: Draft }) {
  const { t } = useTranslation();
  const zone = useZone();
  const loses = !isSameDraft(draft, one.record ? draftOf(one.record, choices, zone) : NEW_DRAFT);
  return (
    <SureButton
      size="sm"
      label={t(one.record ? "callbacks.cancel" : "wrapUp.dismiss")}
      sure={t("forms.dropSure")}
      asks={loses}
      onSure={one.record ? drop : dismiss}
    />
  );
}

function Filling(props: CardProps & { draft: Draft }) {
  const { one, draft, isKept, choices, lists, type, drop } = props;
  const { t } = useTranslation();
  const tell = useTell();
  const save = useWrite(one.call);
  return (
    <WrapUpForm
      call={one.call}
      draft={draft}
      choices={choices}
      lists={lists}
      save={save}
      onType={type}
      onSaved={() => {
        drop();
        tell.success(t("wrapUp.isSaved"));
      }}
    >
      <DraftKept isKept={isKept} />
      <Dismiss {...props} />
    </WrapUpForm>
  );
}

function Saved({ record, choices, type, dismiss }: CardProps & { record: WrapUpRecord }) {
  const { t } = useTranslation();
  const format = useFormat();
  const zone = useZone();
  return (
    <>
      <p className={formClasses.done} role="status">
        <IconCheck size={18} aria-hidden />
        {t("forms.saved", { time: format.dateTime(record.changed_at), name: record.changed_by })}
      </p>
      <RecordLines record={record} choices={choices} />
      <div className={formClasses.actions}>
        <Button variant="subtle" color="gray" onClick={dismiss}>
          {t("frame.close")}
        </Button>
        <Button variant="default" onClick={() => type(draftOf(record, choices, zone))}>
          {t("forms.correct")}
        </Button>
      </div>
    </>
  );
}

function Card(props: CardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const queueWord = useQueueWord();
  const { call, draft, record } = props.one;
  const number = call.number || t("floor.withheld");
  const name = t("wrapUp.of", { number, time: format.time(call.began_at) }); // somebody may call twice
  return (
    <section className={`panel ${classes.card}`} aria-label={name} data-call={call.call_id}>
      <div>
        <h2>{t("wrapUp.title")}</h2>
        <span className="num muted">
          {[number, call.queue && queueWord(call.pbx, call.queue), format.minute(call.began_at)]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </div>
      {draft ? <Filling {...props} draft={draft} /> : record && <Saved {...props} record={record} />}
    </section>
  );
}

/** The wrap-up forms of an agent: of the call at hand, of the last one, and of each that is typed and not saved. */
export function DeskForms({ seat }: { seat: Pick<Seat, "state" | "call_id"> }) {
  const choices = useChoices();
  const mine = useMine();
  const { kept, isKept, type, drop, dismiss } = useKept();
  // The floor says that something changed; what there is to write down is asked.
  useEffect(askMineAgain, [seat.state, seat.call_id]);
  if (choices.isError) return <Failure error={choices.error} onRetry={() => void choices.refetch()} />;
  if (!choices.data) return null;
  return (
    <>
      {mine.isError && <Failure error={mine.error} onRetry={() => void mine.refetch()} />}
      {shown(kept, mine.data?.calls ?? []).map((one) => (
        <Card
          key={`${one.call.pbx} ${one.call.call_id}`}
          one={one}
          isKept={isKept}
          choices={choices.data}
          lists={mine.data?.lists ?? []}
          type={(draft) => type(one.call, draft)}
          drop={() => drop(one.call)}
          dismiss={() => dismiss(one.call)}
        />
      ))}
    </>
  );
}
