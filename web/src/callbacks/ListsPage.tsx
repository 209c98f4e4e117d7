import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { useFormat, useMay, useQueueWord } from "../api/queries";
import type { CallbackList } from "../api/shapes";
import { CallbackSections } from "../dialling/CallbackSections";
import { Failure } from "../parts/Failure";
import table from "../parts/Table.module.css";
import { useTitle } from "../parts/useTitle";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { ListForm, useWeekdayWords } from "./ListForm";
import { ListState, StartStop } from "./ListState";
import classes from "./ListsPage.module.css";
import { useLists, useLiveList } from "./lists";
import { OutcomeCounts } from "./OutcomeCounts";
import { Progress } from "./Progress";
import { AttemptTable } from "./Tables";

/** When a list may call, and when that begins where it is not now. */
function Windows({ list }: { list: CallbackList }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWeekdayWords();
  if (list.windows.length === 0) return <span className={classes.fault}>{t("callbacks.noWindows")}</span>;
  return (
    <>
      {list.windows.map((window) => (
        <span key={`${window.weekdays} ${window.from}`} className={`num ${classes.window}`}>
          {words(window.weekdays)} {window.from}–{window.until}
        </span>
      ))}
      {list.state !== "finished" && (
        <small>
          {list.opens_at === null
            ? t("callbacks.opensNow")
            : t("callbacks.opensAt", { time: format.dateMinute(list.opens_at) })}
        </small>
      )}
    </>
  );
}

function ListRow({ list: asked }: { list: CallbackList }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queueWord = useQueueWord();
  const list = useLiveList(asked);
  return (
    <tr className={table.linked}>
      <td className={classes.name}>
        <Link href={`/callbacks/${encodeURIComponent(String(list.id))}`} className={table.cover}>
          {list.name}
        </Link>
        <small>{queueWord(list.pbx ?? "", list.queue)}</small>
      </td>
      <td className={classes.state}>
        <ListState list={list} />
      </td>
      <td className={classes.progress}>
        <Progress list={list} />
        <OutcomeCounts list={list} />
      </td>
      <td className={classes.windows} data-label={t("callbacks.windows")}>
        <Windows list={list} />
      </td>
      <td className={`num ${table.right}`} data-label={t("callbacks.open")}>
        {format.number(list.open)}
      </td>
      <td className={`num ${table.right}`} data-label={t("callbacks.due")}>
        {format.number(list.due)}
      </td>
      <td className={`num ${table.right}`} data-label={t("callbacks.in_air")}>
        {format.number(list.in_air)}
      </td>
      <td className={`num ${table.right}`} data-label={t("callbacks.reached")}>
        {format.number(list.reached)}
      </td>
      <td className={`${table.right} ${classes.action}`}>
        <StartStop list={list} size="compact-xs" />
      </td>
    </tr>
  );
}

function ListTable({ lists }: { lists: CallbackList[] }) {
  const { t } = useTranslation();
  return (
    <table className={`${table.table} ${classes.lists}`}>
      <thead>
        <tr>
          <th scope="col">{t("callbacks.list")}</th>
          <th scope="col">{t("seat.stateWord")}</th>
          <th scope="col">{t("callbacks.progressAndOutcomes")}</th>
          <th scope="col">{t("callbacks.windows")}</th>
          <th scope="col" className={table.right}>
            {t("callbacks.open")}
          </th>
          <th scope="col" className={table.right}>
            {t("callbacks.due")}
          </th>
          <th scope="col" className={table.right}>
            {t("callbacks.in_air")}
          </th>
          <th scope="col" className={table.right}>
            {t("callbacks.reached")}
          </th>
          <th scope="col">
            <span className="visually-hidden">{t("callbacks.actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {lists.map((list) => (
          <ListRow key={list.id} list={list} />
        ))}
      </tbody>
    </table>
  );
}

const STEPS = ["make", "import", "start"] as const;

/** The way to a first callback; whoever may not go it is told whom to ask. */
function NoLists({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const mayRun = useMay("run_lists");
  return (
    <Empty title={t("callbacks.none")} text={mayRun ? t("callbacks.noneText") : t("callbacks.noneAskText")}>
      {mayRun && (
        <ol className={classes.steps}>
          {STEPS.map((step) => (
            <li key={step}>{t(`callbacks.steps.${step}`)}</li>
          ))}
        </ol>
      )}
      {children}
    </Empty>
  );
}

export default function ListsPage() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const [isCreating, setCreating] = useState(false);
  const mayRun = useMay("run_lists");
  const lists = useLists();
  useTitle(t("page.callbacks"));
  // With one list its attempts find room here; with more, each list's own page has them.
  const only = lists.data?.length === 1 ? lists.data[0] : undefined;
  const create = mayRun && (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setCreating(true)}>
      {t("callbacks.create")}
    </Button>
  );
  return (
    <div className={classes.page}>
      <CallbackSections>{lists.data?.length !== 0 && create}</CallbackSections>
      <div className="panel">
        {lists.isPending && <RowsSkeleton rows={5} />}
        {lists.isError && <Failure error={lists.error} onRetry={() => void lists.refetch()} />}
        {lists.data?.length === 0 && <NoLists>{create}</NoLists>}
        {lists.data && lists.data.length > 0 && <ListTable lists={lists.data} />}
      </div>
      {only && (
        <section className={`panel ${classes.attempts}`} aria-labelledby="attempts-title">
          <h2 id="attempts-title">{t("callbacks.latestAttempts")}</h2>
          <AttemptTable id={String(only.id)} />
        </section>
      )}
      {isCreating && (
        <ListForm list={null} onClose={() => setCreating(false)} onSaved={(list) => go(`/callbacks/${list.id}`)} />
      )}
    </div>
  );
}
