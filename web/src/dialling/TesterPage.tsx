import { Button, Select, TextInput } from "@mantine/core";
import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";
import { ApiError } from "../api/client";
import { useFormat, useZone } from "../api/queries";
import { useLists } from "../callbacks/lists";
import { formatFor, fromWall, toWall } from "../format";
import { useLanguage } from "../i18n";
import { serverNow } from "../live/clock";
import { Failure } from "../parts/Failure";
import { useTitle } from "../parts/useTitle";
import { CallbackSections } from "./CallbackSections";
import classes from "./Dialling.module.css";
import { type MayCall, useMayCall } from "./dialling";

function Reasons({ answer }: { answer: MayCall }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className={classes.reasons}>
      {answer.refused.map(({ reason, until }) => (
        <li key={reason}>
          <strong>{t(`tester.reason.${reason as "do_not_call"}`, { defaultValue: reason })}</strong>{" "}
          <span className="muted">
            {until === null ? t("tester.untilChanged") : t("tester.until", { time: format.dateMinute(until) })}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Answer({ answer }: { answer: MayCall }) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useLanguage();
  const Icon = answer.may_call ? IconCircleCheck : IconCircleX;
  const zones = answer.time_zones ? answer.time_zones.split(",") : [];
  return (
    <section className={`panel ${classes.answer}`} data-may={answer.may_call} aria-live="polite">
      <h2>
        <Icon size={22} aria-hidden />
        {t(`tester.${answer.may_call ? "yes" : "no"}`, { number: answer.number })}
      </h2>
      <p className="muted">{t("tester.askedFor", { time: format.dateMinute(answer.at) })}</p>
      <Reasons answer={answer} />
      <dl className={classes.facts}>
        {!answer.may_call && (
          <div>
            <dt>{t("tester.nextAt")}</dt>
            <dd className="num">{answer.next_at === null ? t("tester.never") : format.dateMinute(answer.next_at)}</dd>
          </div>
        )}
        {zones.map((zone) => (
          <div key={zone}>
            <dt>{zone}</dt>
            <dd className="num">{formatFor(language, zone).dateMinute(answer.at)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Question({
  onAsk,
  error,
}: {
  onAsk: (list: string, number: string, at: number | null) => void;
  error: unknown;
}) {
  const { t } = useTranslation();
  const zone = useZone();
  const [params] = useSearchParams();
  const lists = useLists().data ?? [];
  const [chosen, choose] = useState(params.get("list") ?? "");
  const [number, setNumber] = useState("");
  const [wall, setWall] = useState("");
  const list = chosen || String(lists[0]?.id ?? "");
  const refused = error instanceof ApiError && error.field === "number" ? error.detail : null;
  function submit(event: FormEvent) {
    event.preventDefault();
    onAsk(list, number, wall ? fromWall(zone, wall) : null);
  }
  return (
    <form className={`panel ${classes.question}`} onSubmit={submit}>
      <Select
        label={t("callbacks.list")}
        data={lists.map((one) => ({ value: String(one.id), label: one.name }))}
        value={list || null}
        onChange={(value) => choose(value ?? "")}
        allowDeselect={false}
        searchable={lists.length > 8}
        nothingFoundMessage={t("callbacks.none")}
      />
      <TextInput
        label={t("calls.number")}
        inputMode="tel"
        maxLength={40}
        value={number}
        error={refused}
        onChange={(event) => setNumber(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        label={t("tester.at")}
        description={t("tester.atHint", { time: toWall(zone, serverNow()).slice(11) })}
        value={wall}
        onChange={(event) => setWall(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!list || !number.trim()}>
        {t("tester.ask")}
      </Button>
    </form>
  );
}

/** "May this number be called at this moment, and why not." */
export default function TesterPage() {
  const { t } = useTranslation();
  const asked = useMayCall();
  useTitle(t("tester.title"));
  const isAboutNumber = asked.error instanceof ApiError && asked.error.field === "number";
  return (
    <div className={classes.page}>
      <CallbackSections />
      <h2 className={classes.pageTitle}>{t("tester.title")}</h2>
      <p className="muted">{t("tester.text")}</p>
      <Question onAsk={(list, number, at) => asked.mutate({ list, number, at })} error={asked.error} />
      {asked.isError && !isAboutNumber && <Failure error={asked.error} />}
      {asked.data && <Answer answer={asked.data} />}
    </div>
  );
}
