import { Button } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useZone } from "../api/queries";
import formClasses from "../forms/Forms.module.css";
import { Failure } from "../parts/Failure";
import pageClasses from "../parts/Page.module.css";
import { useRefusal } from "../parts/useRefusal";
import { type Draft, filledOf, missing } from "./drafts";
import { WrapUpFields } from "./WrapUpFields";
import type { AtHand, Choices, Filled, OpenList, WrapUpRecord } from "./wrapUps";

interface Props {
  call: Pick<AtHand, "queue">;
  draft: Draft;
  choices: Choices;
  lists: readonly OpenList[];
  save: UseMutationResult<WrapUpRecord, Error, Filled>;
  onType: (draft: Draft) => void;
  onSaved: (record: WrapUpRecord) => void;
  /** Beside the button that saves. */
  children: React.ReactNode;
}

/** What the server calls the fields, in the record or as it came. */
const FIELDS = { reason: "reason_id", result: "result_id", note: "note", nextAt: "next_at", list: "list_id" } as const;

function useFaults({ draft, choices, save }: Props, isTried: boolean) {
  const { t } = useTranslation();
  const left = isTried ? missing(draft, choices) : [];
  const refusal = useRefusal(save.error);
  const refused = (field: keyof typeof FIELDS) => refusal.at(FIELDS[field]) ?? refusal.at(`record.${FIELDS[field]}`);
  const isElsewhere = save.isError && !(Object.keys(FIELDS) as (keyof typeof FIELDS)[]).some(refused);
  function at(field: keyof typeof FIELDS | "lower"): string | null {
    if (field === "reason" || field === "lower" || field === "result") {
      if (left.includes(field)) return t(`wrapUp.missing.${field}`);
    }
    return field === "lower" ? null : refused(field);
  }
  return { at, isElsewhere };
}

/** The form of one conversation. What is typed lies with whoever shows it; an error takes nothing away. */
export function WrapUpForm(props: Props) {
  const { call, draft, choices, lists, save, onType, onSaved, children } = props;
  const { t } = useTranslation();
  const zone = useZone();
  const [isTried, setTried] = useState(false);
  const { at, isElsewhere } = useFaults(props, isTried);
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (missing(draft, choices).length > 0) return;
    save.mutate(filledOf(draft, lists, call.queue, zone), { onSuccess: onSaved });
  }
  return (
    <form className={pageClasses.form} onSubmit={submit} noValidate>
      <WrapUpFields
        call={call}
        draft={draft}
        choices={choices}
        lists={lists}
        change={(fields) => onType({ ...draft, ...fields })}
        at={at}
      />
      {isElsewhere && <Failure error={save.error} />}
      <div className={formClasses.actions}>
        {children}
        <Button type="submit" loading={save.isPending}>
          {t("wrapUp.save")}
        </Button>
      </div>
    </form>
  );
}
