import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay, useQueueWord } from "../api/queries";
import type { SeatState } from "../api/shapes";
import { callPath } from "../calls/path";
import { SeatGlyph } from "../floor/SeatGlyph";
import { usePauseReason } from "../floor/usePauseReason";
import { duration, NOTHING } from "../format";
import { Outcome } from "../parts/Outcome";
import table from "../parts/Table.module.css";
import classes from "./CountedDrawer.module.css";
import type { CountedAgent, CountedFact, CountedPart } from "./report";

interface Column<Row> {
  id: string;
  head: string;
  isRight?: boolean;
  cell: (row: Row) => ReactNode;
}

type Words = ReturnType<typeof useWords>;

/** A row that belongs to a call links to it, to its steps and its recording. */
function useWords() {
  const { t } = useTranslation();
  const format = useFormat();
  const queueWord = useQueueWord();
  const reason = usePauseReason();
  const mayOpen = useMay("see_calls");
  const seconds = (value: number | undefined) => (value === undefined ? NOTHING : duration(value));
  return { t, format, queueWord, reason, mayOpen, seconds };
}

function When({ row, words }: { row: CountedFact; words: Words }) {
  const when = words.format.dateTime(row.at);
  if (!row.call_id || !words.mayOpen) return when;
  return (
    <Link href={callPath(row.pbx, row.call_id)} className={table.cover}>
      {when}
    </Link>
  );
}

function Result({ row, words }: { row: CountedFact; words: Words }) {
  const { t } = words;
  const outcome = row.outcome ?? "";
  switch (row.kind) {
    case "visits":
      return <Outcome outcome={outcome} />;
    case "attempts":
      return <Outcome outcome={outcome} of="attempt" />;
    case "rings":
      return t(`ring.outcome.${outcome as "answered"}`, { defaultValue: outcome });
    case "conversations":
      return t(`endedBy.${outcome as "agent"}`, { defaultValue: outcome });
    case "spells":
      return (
        <>
          <SeatGlyph state={outcome as SeatState} small still />{" "}
          {t(`seat.state.${outcome as SeatState}`, { defaultValue: outcome })}
          {row.reason && ` · ${words.reason(row.reason)}`}
        </>
      );
    case "surveys":
      return outcome === "0" ? t("survey.none") : t("survey.score", { score: outcome });
  }
}

function agentName(row: CountedFact): string {
  return row.agent_name || row.agent_number || row.interface;
}

function columnsOf(kind: CountedFact["kind"], words: Words): Column<CountedFact>[] {
  const { t, queueWord, seconds } = words;
  const when: Column<CountedFact> = {
    id: "at",
    head: t("calls.time"),
    cell: (row) => <When row={row} words={words} />,
  };
  const agent: Column<CountedFact> = { id: "agent", head: t("calls.agent"), cell: (row) => agentName(row) || NOTHING };
  const result: Column<CountedFact> = {
    id: "result",
    head: t("calls.outcome"),
    cell: (row) => <Result row={row} words={words} />,
  };
  const number: Column<CountedFact> = {
    id: "number",
    head: t("calls.number"),
    cell: (row) => <span className="num">{row.number || NOTHING}</span>,
  };
  const queue: Column<CountedFact> = {
    id: "queue",
    head: t("floor.queue"),
    cell: (row) => (row.queue ? queueWord(row.pbx, row.queue) : NOTHING),
  };
  const time = (part: keyof CountedFact["seconds"], head: string): Column<CountedFact> => ({
    id: part,
    head,
    isRight: true,
    cell: (row) => seconds(row.seconds[part]),
  });
  switch (kind) {
    case "visits":
      return [when, number, queue, result, agent, time("wait", t("calls.wait"))];
    case "rings":
      return [when, queue, agent, result, time("ring", t("segment.ring"))];
    case "conversations":
      return [
        when,
        number,
        queue,
        agent,
        time("talk", t("calls.talk")),
        time("hold", t("calls.hold")),
        time("wrap_up", t("segment.wrap_up")),
      ];
    case "spells":
      return [when, agent, result, time("spell", t("calls.length"))];
    case "attempts":
      return [when, number, result, agent];
    case "surveys":
      return [when, number, queue, agent, { ...result, head: t("survey.satisfaction") }];
  }
}

function columnsOfAgents({ t, format, seconds }: Words): Column<CountedAgent>[] {
  return [
    { id: "agent", head: t("calls.agent"), cell: (row) => row.agent_name || row.agent_number || row.id },
    { id: "team", head: t("floor.team"), cell: (row) => row.team || NOTHING },
    { id: "handled", head: t("reports.handled"), isRight: true, cell: (row) => format.number(row.handled ?? 0) },
    { id: "signed", head: t("reports.signedIn"), isRight: true, cell: (row) => seconds(row.signed_in_seconds) },
  ];
}

export function CountedTable({ kind, rows }: Pick<CountedPart, "kind" | "rows">) {
  const words = useWords();
  return kind === "agents" ? (
    <Table columns={columnsOfAgents(words)} rows={rows as CountedAgent[]} />
  ) : (
    <Table columns={columnsOf(kind, words)} rows={rows as CountedFact[]} />
  );
}

function Table<Row extends CountedFact | CountedAgent>({ columns, rows }: { columns: Column<Row>[]; rows: Row[] }) {
  const { t } = useTranslation();
  return (
    <table className={`${table.table} ${classes.rows}`}>
      <thead>
        <tr>
          {columns.map(({ id, head, isRight }) => (
            <th key={id} scope="col" className={isRight ? table.right : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className={"call_id" in row && row.call_id ? table.linked : undefined}>
            {columns.map(({ id, isRight, cell }) => (
              <td key={id} className={isRight ? `num ${table.right}` : undefined}>
                {cell(row)}
                {id === "result" && "is_certain" in row && !row.is_certain && (
                  <small className={classes.uncertain}> {t("reports.uncertain")}</small>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
