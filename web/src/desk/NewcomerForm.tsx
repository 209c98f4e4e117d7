import { Button } from "@mantine/core";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useZone } from "../api/queries";
import { type Customer, useSaveCustomer } from "../customers/customers";
import { NameAndLevel } from "../customers/NameAndLevel";
import { NOTHING_KNOWN, recordOf } from "../customers/record";
import { DraftKept } from "../parts/DraftKept";
import { Failure } from "../parts/Failure";
import { Note } from "../parts/Note";
import pageClasses from "../parts/Page.module.css";
import { SureButton } from "../parts/SureButton";
import { useRefusal } from "../parts/useRefusal";
import classes from "./Caller.module.css";
import { isBlank, type Newcomer, type Typed } from "./newcomers";

interface Props {
  newcomer: Newcomer;
  isKept: boolean;
  onType: (newcomer: Newcomer) => void;
  onSaved: (customer: Customer) => void;
  /** Forgets what was typed. */
  onDrop: () => void;
}

function Fields({
  newcomer,
  change,
  at,
}: {
  newcomer: Newcomer;
  change: (typed: Partial<Typed>) => void;
  at: (field: string) => string | null;
}) {
  const { t } = useTranslation();
  return (
    <>
      <NameAndLevel known={newcomer} change={change} at={at} />
      <Note
        label={t("customers.field.note")}
        value={newcomer.note}
        onType={(note) => change({ note })}
        error={at("note")}
      />
    </>
  );
}

/** A caller whom nobody knows: a few words make a customer of them, during the call or after it. */
export function NewcomerForm({ newcomer, isKept, onType, onSaved, onDrop }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const zone = useZone();
  const save = useSaveCustomer(null);
  const refusal = useRefusal(save.error);
  const at = (field: string) => refusal.at(field) ?? refusal.at(`record.${field}`);
  const isElsewhere = save.error !== null && !["name", "level", "note"].some(at);
  function submit(event: FormEvent) {
    event.preventDefault();
    const { name, level, note, number } = newcomer;
    const record = recordOf({ ...NOTHING_KNOWN, name, level, note, numbers: [{ number, label: "" }] }, zone);
    save.mutate({ record, version: 0 }, { onSuccess: onSaved });
  }
  return (
    <section className={`panel ${classes.caller}`} aria-label={t("desk.newCustomer", { number: newcomer.number })}>
      <div className={classes.head}>
        <h2>{t("desk.unknown")}</h2>
        <span className="num muted">
          {newcomer.number} · {format.minute(newcomer.since)}
        </span>
      </div>
      <form className={pageClasses.form} onSubmit={submit} noValidate>
        <Fields newcomer={newcomer} change={(typed) => onType({ ...newcomer, ...typed })} at={at} />
        {isElsewhere && <Failure error={save.error} />}
        <div className={classes.actions}>
          <DraftKept isKept={isKept} />
          {!isBlank(newcomer) && (
            <SureButton size="sm" label={t("desk.drop")} sure={t("forms.dropSure")} onSure={onDrop} />
          )}
          <Button type="submit" loading={save.isPending}>
            {t("customers.makeOne")}
          </Button>
        </div>
      </form>
    </section>
  );
}
