import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { useFormat, useMay, useQueueWord } from "../api/queries";
import type { CallbackList } from "../api/shapes";
import { Failure } from "../parts/Failure";
import table from "../parts/Table.module.css";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { ListForm } from "./ListForm";
import { ListState, StartStop } from "./ListState";
import classes from "./ListsPage.module.css";
import { useLists, useLiveList } from "./lists";
import { Progress } from "./Progress";

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
          <th scope="col">{t("callbacks.progress")}</th>
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

export default function ListsPage() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const [isCreating, setCreating] = useState(false);
  const mayRun = useMay("run_lists");
  const lists = useLists();
  useEffect(() => {
    document.title = `${t("page.callbacks")} · callcenter`;
  }, [t]);
  const create = mayRun && (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setCreating(true)}>
      {t("callbacks.create")}
    </Button>
  );
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>{t("page.callbacks")}</h1>
        {create}
      </div>
      <div className="panel">
        {lists.isPending && <RowsSkeleton rows={5} />}
        {lists.isError && <Failure error={lists.error} onRetry={() => void lists.refetch()} />}
        {lists.data?.length === 0 && <Empty title={t("callbacks.none")} text={t("callbacks.noneText")} />}
        {lists.data && lists.data.length > 0 && <ListTable lists={lists.data} />}
      </div>
      {isCreating && (
        <ListForm list={null} onClose={() => setCreating(false)} onSaved={(list) => go(`/callbacks/${list.id}`)} />
      )}
    </div>
  );
}
