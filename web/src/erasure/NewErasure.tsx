import { Button, Textarea } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "../api/queries";
import { useLanguage } from "../i18n";
import { Failure } from "../parts/Failure";
import { useRefusal } from "../parts/useRefusal";
import { Counted } from "./Counted";
import { EraseForm } from "./EraseForm";
import classes from "./Erasure.module.css";
import { type DryRun, typedNumbers, useCallOf, useDryRun } from "./erasures";
import { KeptList } from "./KeptList";

interface Props {
  /** The call it is begun from; "": none. */
  pbx: string;
  callId: string;
}

/** Whom to erase: first what is held of them is looked at, then, on purpose, it is erased. */
export function NewErasure({ pbx, callId }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const call = useCallOf(pbx, callId);
  const dryRun = useDryRun();
  const number = call.data?.call.number ?? "";
  useEffect(() => setText(number), [number]);
  const refusal = useRefusal(dryRun.error);
  const numbers = typedNumbers(text);
  function change(typed: string) {
    setText(typed);
    dryRun.reset();
  }
  function look(event: FormEvent) {
    event.preventDefault();
    if (numbers.length > 0) dryRun.mutate(numbers);
  }
  return (
    <section className="panel" aria-labelledby="new-erasure">
      <div className={classes.body}>
        <h2 id="new-erasure">{t("erasure.new")}</h2>
        <form onSubmit={look} className={classes.form}>
          <Textarea
            autosize
            minRows={2}
            maxRows={8}
            label={t("erasure.numbers")}
            description={t("erasure.numbersHint")}
            value={text}
            onChange={(event) => change(event.currentTarget.value)}
            error={refusal.at("numbers")}
          />
          {call.isError && <Failure error={call.error} />}
          {dryRun.isError && refusal.isElsewhere && <Failure error={dryRun.error} />}
          <Button
            type="submit"
            variant="default"
            loading={dryRun.isPending}
            disabled={numbers.length === 0}
            className={classes.start}
          >
            {t("erasure.look")}
          </Button>
        </form>
        {dryRun.data && (
          <>
            <Held of={dryRun.data} onAdd={(other) => change(`${text.trimEnd()}\n${other}`)} />
            <EraseForm numbers={numbers} dryRun={dryRun.data} />
          </>
        )}
      </div>
    </section>
  );
}

/** What is held of a person, and what of it an erasure would leave. */
function Held({ of, onAdd }: { of: DryRun; onAdd: (number: string) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useLanguage();
  return (
    <>
      <p role="status" className={classes.line}>
        {t("erasure.readAs", { numbers: of.numbers.join(", ") })}
      </p>
      {of.other_numbers.length > 0 && (
        <div className={classes.note}>
          <p>{t("erasure.otherNumbers")}</p>
          <div className={classes.ways}>
            {of.other_numbers.map((number) => (
              <Button
                key={number}
                size="compact-sm"
                variant="default"
                aria-label={t("erasure.addName", { number })}
                onClick={() => onAdd(number)}
              >
                {number}
              </Button>
            ))}
          </div>
        </div>
      )}
      {of.erased.length > 0 && (
        <div className={classes.note}>
          <p>{t("erasure.erasedBefore")}</p>
          <ul>
            {of.erased.map((one) => (
              <li key={one.id}>
                <Link href={`/erasures/${one.id}`}>{one.reference}</Link> · {format.date(one.at)}
              </li>
            ))}
          </ul>
        </div>
      )}
      <div>
        <h3>{t("erasure.wouldGo")}</h3>
        <Counted counts={of.counts} language={language} />
      </div>
      <div>
        <h3>{t("erasure.wouldStay")}</h3>
        <KeptList kept={of.kept} />
      </div>
    </>
  );
}
