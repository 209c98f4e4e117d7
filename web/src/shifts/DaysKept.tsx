import { Drawer } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useSettings } from "../api/queries";
import { duration, NOTHING } from "../format";
import { useLabel } from "../i18n";
import { Failure } from "../parts/Failure";
import { ListPanel } from "../parts/ListPanel";
import { RowsSkeleton } from "../parts/Waiting";
import { useDayWord } from "../reports/labels";
import numbers from "../reports/Numbers.module.css";
import classes from "./Shifts.module.css";
import { type DayKept, useBehind } from "./shifts";

/** Seconds that are bad where there are any. */
export function Lost({ seconds }: { seconds: number }) {
  return <span className={seconds > 0 ? classes.late : undefined}>{seconds > 0 ? duration(seconds) : NOTHING}</span>;
}

function Row({ row, onOpen }: { row: DayKept; onOpen: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const dayWord = useDayWord();
  const rate = format.figure("share", row.adherence_rate);
  return (
    <tr>
      <td>
        {row.agent_name} <small className="muted num">{row.agent_number}</small>
      </td>
      <td>{dayWord(row.day)}</td>
      <td className="num">
        <button
          type="button"
          className={numbers.number}
          aria-label={t("shifts.opensDay", { name: row.agent_name, day: dayWord(row.day), rate })}
          onClick={onOpen}
        >
          {rate}
        </button>
      </td>
      <td className="num">
        {duration(row.in_adherence_seconds)} / {duration(row.planned_seconds)}
      </td>
      <td className="num">
        {row.is_absent ? (
          <strong className={classes.late}>{t("shifts.absent")}</strong>
        ) : (
          <Lost seconds={row.late_start_seconds} />
        )}
      </td>
      <td className="num">
        <Lost seconds={row.early_end_seconds} />
      </td>
    </tr>
  );
}

/** How a shift was kept to, part by part, with the spells from which that is counted. */
function Behind({ row, onClose }: { row: DayKept; onClose: () => void }) {
  const { t } = useTranslation();
  const dayWord = useDayWord();
  const result = useBehind(row.agent_number, row.day);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={`${row.agent_name} · ${dayWord(row.day)}`}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      {result.isPending && <RowsSkeleton />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {result.data && <BehindTables row={result.data} spells={result.data.spells} />}
    </Drawer>
  );
}

type SpellRows = NonNullable<ReturnType<typeof useBehind>["data"]>["spells"];

function BehindTables({ row, spells }: { row: DayKept; spells: SpellRows }) {
  const { t } = useTranslation();
  const format = useFormat();
  const label = useLabel();
  const reasons = useSettings().data?.pause_reasons ?? [];
  const reasonWord = (code: string) => {
    const reason = reasons.find((one) => one.code === code);
    return reason ? label(reason) : code;
  };
  const span = ({ since, until }: { since: number; until: number }) =>
    `${format.dateTime(since)} – ${format.time(until)}`;
  return (
    <div className={classes.behind}>
      <ListPanel
        title={t("shifts.parts")}
        asked={[]}
        columns={[t("shifts.kindWord"), t("shifts.time"), t("shifts.inOfPlanned"), t("shifts.late"), t("shifts.early")]}
        rows={row.parts.map((part) => (
          <tr key={part.since}>
            <td>{t(`shifts.kind.${part.kind}`)}</td>
            <td className="num">
              {format.minute(part.since)} – {format.minute(part.until)}
            </td>
            <td className="num">
              {duration(part.in_adherence_seconds)} / {duration(part.planned_seconds)}
            </td>
            <td className="num">{part.is_absent ? t("shifts.absent") : <Lost seconds={part.late_start_seconds} />}</td>
            <td className="num">
              <Lost seconds={part.early_end_seconds} />
            </td>
          </tr>
        ))}
      />
      <ListPanel
        title={t("shifts.spells")}
        asked={[]}
        columns={[t("seat.stateWord"), t("seat.reason"), t("shifts.time"), t("shifts.lasted")]}
        empty={{ title: t("shifts.noSpells"), text: t("shifts.noSpellsText") }}
        rows={spells.map((spell) => (
          <tr key={`${spell.since} ${spell.state}`}>
            <td>{t(`seat.state.${spell.state}`)}</td>
            <td>{spell.reason ? reasonWord(spell.reason) : NOTHING}</td>
            <td className="num">{span(spell)}</td>
            <td className="num">{duration(spell.until - spell.since)}</td>
          </tr>
        ))}
      />
    </div>
  );
}

/** Shifts and how each was kept to; its rate opens what the agent did. */
export function DaysKept({ result }: { result: UseQueryResult<DayKept[]> }) {
  const { t } = useTranslation();
  const [opened, open] = useState<DayKept | null>(null);
  return (
    <ListPanel
      title={t("shifts.section.adherence")}
      asked={[result]}
      tools={<span className="muted">{t("shifts.adherenceHint")}</span>}
      columns={[
        t("shifts.agent"),
        t("shifts.day"),
        t("shifts.adherence"),
        t("shifts.inOfPlanned"),
        t("shifts.late"),
        t("shifts.early"),
      ]}
      rows={(result.data ?? []).map((row) => (
        <Row key={`${row.day} ${row.agent_number}`} row={row} onOpen={() => open(row)} />
      ))}
      empty={{ title: t("shifts.nobodyPlanned"), text: t("shifts.nobodyPlannedText") }}
    >
      {opened && <Behind row={opened} onClose={() => open(null)} />}
    </ListPanel>
  );
}
