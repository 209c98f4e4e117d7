import { Button, Checkbox, SegmentedControl } from "@mantine/core";
import { IconPhoneOutgoing } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import { useFormat, useMay, useQueueWord } from "../api/queries";
import { callPath } from "../calls/path";
import { duration } from "../format";
import { Failure } from "../parts/Failure";
import { MoreButton } from "../parts/MoreButton";
import table from "../parts/Table.module.css";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./AbandonedPage.module.css";
import {
  type AbandonedSearch,
  abandonedQuery,
  CALLED_BACK,
  type CalledBackState,
  MOST_CHOSEN,
  useAbandoned,
} from "./abandoned";
import { ExportButtons } from "./ExportButtons";
import { QueueSelect } from "./Filters";
import { PutIntoList } from "./PutIntoList";
import { RangePicker } from "./RangePicker";
import page from "./ReportsPage.module.css";
import type { AbandonedCaller, AbandonedPart, CalledBack } from "./shapes";
import { useToday } from "./useToday";
import { type Chosen, chosenDays, readRange, writeRange } from "./view";

function BackCell({ back }: { back: CalledBack | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (back === null) return <span className={classes.open}>{t("abandoned.notYet")}</span>;
  const agent = back.agent_name || back.agent_number;
  const when = format.dateMinute(back.at);
  return (
    <>
      {t(`abandoned.kind.${back.is_reached || back.kind !== "attempt" ? back.kind : "tried"}`)}{" "}
      <small className="muted">
        {back.call_id ? <Link href={callPath(back.pbx, back.call_id)}>{when}</Link> : when}
        {agent && ` · ${agent}`}
      </small>
    </>
  );
}

interface RowProps {
  caller: AbandonedCaller;
  isChosen: boolean;
  onChoose: ((isChosen: boolean) => void) | null;
}

function CallerRow({ caller, isChosen, onChoose }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const queueWord = useQueueWord();
  const number = caller.number || t("floor.withheld");
  return (
    <tr data-chosen={isChosen || undefined}>
      {onChoose && (
        <td className={classes.check}>
          <Checkbox
            size="xs"
            aria-label={t("abandoned.choose", { number })}
            checked={isChosen}
            disabled={!caller.number}
            onChange={(event) => onChoose(event.currentTarget.checked)}
          />
        </td>
      )}
      <td className={`num ${classes.time}`}>
        <Link href={callPath(caller.pbx, caller.call_id)}>{format.dateTime(caller.joined_at)}</Link>
      </td>
      <td className={classes.who}>
        <span className="num">{number}</span> <span className="muted">{caller.caller_name}</span>
      </td>
      <td className={classes.queue}>{queueWord(caller.pbx, caller.queue)}</td>
      <td className={`num ${table.right} ${classes.wait}`}>
        {duration(caller.wait_seconds)}
        {caller.is_short && <small className="muted"> {t("abandoned.short")}</small>}
      </td>
      <td className={classes.back}>
        <BackCell back={caller.called_back} />
      </td>
    </tr>
  );
}

interface TableProps {
  callers: AbandonedCaller[];
  chosen: ReadonlySet<string | number>;
  onChoose: ((ids: (string | number)[], isChosen: boolean) => void) | null;
}

function CallerTable({ callers, chosen, onChoose }: TableProps) {
  const { t } = useTranslation();
  const choosable = callers.filter((caller) => caller.number).map((caller) => caller.id);
  const count = choosable.filter((id) => chosen.has(id)).length;
  return (
    <table className={`${table.table} ${classes.callers}`}>
      <thead>
        <tr>
          {onChoose && (
            <th scope="col">
              <Checkbox
                size="xs"
                aria-label={t("abandoned.chooseAll")}
                checked={count > 0 && count === choosable.length}
                indeterminate={count > 0 && count < choosable.length}
                disabled={choosable.length === 0}
                onChange={(event) => onChoose(choosable, event.currentTarget.checked)}
              />
            </th>
          )}
          <th scope="col">{t("abandoned.joined")}</th>
          <th scope="col">{t("calls.number")}</th>
          <th scope="col">{t("floor.queue")}</th>
          <th scope="col" className={table.right}>
            {t("abandoned.waited")}
          </th>
          <th scope="col">{t("abandoned.calledBack")}</th>
        </tr>
      </thead>
      <tbody>
        {callers.map((caller) => (
          <CallerRow
            key={caller.id}
            caller={caller}
            isChosen={chosen.has(caller.id)}
            onChoose={onChoose && ((isChosen) => onChoose([caller.id], isChosen))}
          />
        ))}
      </tbody>
    </table>
  );
}

function Totals({ totals }: { totals: AbandonedPart["totals"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <dl className={page.totals}>
      {(["callers", "called_back", "open"] as const).map((part) => (
        <div key={part}>
          <dt>{t(`abandoned.totals.${part}`)}</dt>
          <dd className="num">{format.number(totals[part])}</dd>
        </div>
      ))}
    </dl>
  );
}

function Found({ search }: { search: AbandonedSearch }) {
  const { t } = useTranslation();
  const mayPut = useMay("run_lists");
  const result = useAbandoned(search);
  const [chosen, setChosen] = useState<ReadonlySet<string | number>>(new Set());
  const [isPutting, setPutting] = useState(false);
  const callers = useMemo(() => result.data?.pages.flatMap((part) => part.callers) ?? [], [result.data]);
  const put = callers.filter((caller) => chosen.has(caller.id));
  if (result.isPending) return <RowsSkeleton rows={10} />;
  if (result.isError) return <Failure error={result.error} onRetry={() => void result.refetch()} />;
  if (callers.length === 0) return <Empty title={t("abandoned.none")} text={t("abandoned.noneText")} />;
  const choose = (ids: (string | number)[], isChosen: boolean) =>
    setChosen((before) => {
      const next = new Set(before);
      for (const id of ids) isChosen ? next.add(id) : next.delete(id);
      return next;
    });
  const totals = result.data.pages[0]?.totals;
  return (
    <div data-busy={result.isPlaceholderData || undefined} className={page.found}>
      <div className={classes.bar}>
        {totals && <Totals totals={totals} />}
        {mayPut && (
          <Button
            size="xs"
            leftSection={<IconPhoneOutgoing size={15} aria-hidden />}
            disabled={put.length === 0 || put.length > MOST_CHOSEN}
            onClick={() => setPutting(true)}
          >
            {t("abandoned.put", { count: put.length })}
          </Button>
        )}
      </div>
      <CallerTable callers={callers} chosen={chosen} onChoose={mayPut ? choose : null} />
      <div className={page.more}>
        <span className="muted">{t("abandoned.shown", { count: callers.length })}</span>
        <MoreButton pages={result} />
      </div>
      {isPutting && (
        <PutIntoList
          callers={put}
          onClose={() => setPutting(false)}
          onDone={() => {
            setChosen(new Set());
            void result.refetch();
          }}
        />
      )}
    </div>
  );
}

export default function AbandonedPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const today = useToday();
  const chosen = readRange(params);
  const state = CALLED_BACK.find((one) => one === params.get("state")) ?? "";
  const search: AbandonedSearch = { days: chosenDays(chosen, today), queue: params.get("queue") ?? "", state };
  const change = (fields: { chosen?: Chosen; queue?: string; state?: CalledBackState }) => {
    const next = { ...writeRange(fields.chosen ?? chosen), queue: search.queue, state, ...fields, chosen: "" };
    setParams(Object.entries(next).filter(([, value]) => value !== "") as [string, string][], { replace: true });
  };
  return (
    <>
      <search className={page.bar}>
        <RangePicker chosen={chosen} onChoose={(next) => change({ chosen: next })} />
        <QueueSelect value={search.queue} onChange={(queue) => change({ queue })} />
        <SegmentedControl
          size="xs"
          aria-label={t("abandoned.calledBack")}
          value={state}
          onChange={(next) => change({ state: next as CalledBackState })}
          data={CALLED_BACK.map((value) => ({ value, label: t(`abandoned.state.${value || "all"}`) }))}
        />
        <ExportButtons name="abandoned" asked={abandonedQuery(search)} />
      </search>
      <div className="panel">
        <Found key={JSON.stringify(search)} search={search} />
      </div>
    </>
  );
}
