import { Button, Modal, Select } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useLists } from "../callbacks/lists";
import { Failure } from "../parts/Failure";
import table from "../parts/Table.module.css";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { usePutIntoList } from "./abandoned";
import classes from "./Dialog.module.css";
import type { AbandonedCaller, PutResult } from "./shapes";

function Result({ result, list }: { result: PutResult; list: string }) {
  const { t } = useTranslation();
  return (
    <>
      <p className={classes.summary} role="status">
        <IconCheck size={16} aria-hidden />
        {t("abandoned.added", { count: result.added.length })}{" "}
        <Link href={`/callbacks/${encodeURIComponent(list)}`}>{t("abandoned.openList")}</Link>
      </p>
      {result.refused.length > 0 && (
        <section>
          <h3>{t("abandoned.refused", { count: result.refused.length })}</h3>
          <div className={classes.lines}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col">{t("calls.number")}</th>
                  <th scope="col">{t("abandoned.why")}</th>
                </tr>
              </thead>
              <tbody>
                {result.refused.map((line) => (
                  <tr key={line.visit}>
                    <td className="num">{line.number || t("floor.withheld")}</td>
                    <td>{t(`abandoned.reasons.${line.code as "from_list"}`, { defaultValue: line.reason })}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
    </>
  );
}

interface PutProps {
  callers: AbandonedCaller[];
  onClose: () => void;
  onDone: () => void;
}

/** Asks which list, puts the callers into it, and says of each that was not taken why. */
export function PutIntoList({ callers, onClose, onDone }: PutProps) {
  const { t } = useTranslation();
  const lists = useLists();
  const [list, setList] = useState<string | null>(null);
  const put = usePutIntoList();
  const close = () => {
    onClose();
    if (put.isSuccess) onDone();
  };
  const choices = (lists.data ?? []).map(({ id, name, state }) => ({
    value: String(id),
    label: `${name} · ${t(`callbacks.state.${state}`)}`,
  }));
  return (
    <Modal
      opened
      onClose={close}
      title={t("abandoned.putTitle", { count: callers.length })}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <div className={classes.dialog}>
        {lists.isPending && <RowsSkeleton rows={2} />}
        {lists.isError && <Failure error={lists.error} onRetry={() => void lists.refetch()} />}
        {lists.data?.length === 0 && (
          <Empty title={t("callbacks.none")} text={t("abandoned.noListText")}>
            <Link href="/callbacks">{t("page.callbacks")}</Link>
          </Empty>
        )}
        {choices.length > 0 && !put.isSuccess && (
          <Select
            label={t("callbacks.list")}
            description={t("abandoned.listHint")}
            data={choices}
            value={list}
            onChange={setList}
            data-autofocus
          />
        )}
        {put.isError && <Failure error={put.error} />}
        {put.isSuccess && list !== null && <Result result={put.data} list={list} />}
        <div className={classes.actions}>
          <Button variant="default" onClick={close}>
            {put.isSuccess ? t("frame.close") : t("callbacks.cancel")}
          </Button>
          {choices.length > 0 && !put.isSuccess && (
            <Button
              disabled={list === null}
              loading={put.isPending}
              onClick={() => list !== null && put.mutate({ list, callers })}
            >
              {t("abandoned.putNow")}
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}
