import { Drawer, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";
import { useFormat, useSettings } from "../api/queries";
import { duration, NOTHING } from "../format";
import { useLabel } from "../i18n";
import { Failure } from "../parts/Failure";
import { ListPanel } from "../parts/ListPanel";
import { RowsSkeleton } from "../parts/Waiting";
import { TeamSelect } from "../reports/Filters";
import { useDayWord } from "../reports/labels";
import numbers from "../reports/Numbers.module.css";
import reports from "../reports/ReportsPage.module.css";
import { addDays, weekdayOf } from "../reports/ranges";
import classes from "./Shifts.module.css";
import { Stepper } from "./Stepper";
import { type Came, type DayKept, useBehind, useBriefings, useKept } from "./shifts";
import type { Where } from "./where";

/** Seconds that are bad where there are any. */
function Lost({ seconds }: { seconds: number }) {
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

const BAD: readonly Came[] = ["elsewhere", "absent"];

function Briefings({ day, team }: Pick<Where, "day" | "team">) {
  const { t } = useTranslation();
  const format = useFormat();
  const result = useBriefings(day, team);
  const briefings = result.data ?? [];
  return (
    <section className="panel" aria-labelledby="briefings-title">
      <div className={classes.head}>
        <h2 id="briefings-title">{t("shifts.briefings")}</h2>
        <span className="muted">{t("shifts.briefingsHint")}</span>
      </div>
      {result.isPending && <RowsSkeleton rows={2} />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {result.data && briefings.length === 0 && <p className={`muted ${classes.told}`}>{t("shifts.noBriefing")}</p>}
      {briefings.map((briefing) => (
        <div key={`${briefing.team} ${briefing.since} ${briefing.until}`} className={classes.briefing}>
          <h3>
            <span className="num">
              {format.minute(briefing.since)} – {format.minute(briefing.until)}
            </span>{" "}
            {briefing.team || t("shifts.noTeam")}
          </h3>
          <ul className={classes.parts}>
            {briefing.agents.map((one) => (
              <li key={one.agent_number}>
                {one.agent_name}:{" "}
                <span className={BAD.includes(one.came) ? classes.late : "muted"}>{t(`shifts.came.${one.came}`)}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

/** How agents kept to their shifts, and who was at the briefings. */
export function KeptSection({ day, team, change }: Where) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const span = params.get("span") === "week" ? "week" : "day";
  const monday = addDays(day, 1 - weekdayOf(day));
  const days = span === "week" ? { from: monday, to: addDays(monday, 6) } : { from: day, to: day };
  const result = useKept(days, team);
  const [opened, open] = useState<DayKept | null>(null);
  const columns = [
    t("shifts.agent"),
    t("shifts.day"),
    t("shifts.adherence"),
    t("shifts.inOfPlanned"),
    t("shifts.late"),
    t("shifts.early"),
  ];
  return (
    <>
      <search className={reports.bar}>
        <Stepper day={day} step={span === "week" ? 7 : 1} onChange={(next) => change({ day: next })} />
        <SegmentedControl
          size="xs"
          aria-label={t("shifts.span")}
          value={span}
          onChange={(next) => setParams({ ...Object.fromEntries(params), span: next }, { replace: true })}
          data={(["day", "week"] as const).map((value) => ({ value, label: t(`shifts.spans.${value}`) }))}
        />
        <TeamSelect value={team} onChange={(next) => change({ team: next })} />
      </search>
      <ListPanel
        title={t("shifts.section.adherence")}
        asked={[result]}
        tools={<span className="muted">{t("shifts.adherenceHint")}</span>}
        columns={columns}
        rows={(result.data ?? []).map((row) => (
          <Row key={`${row.day} ${row.agent_number}`} row={row} onOpen={() => open(row)} />
        ))}
        empty={{ title: t("shifts.nobodyPlanned"), text: t("shifts.nobodyPlannedText") }}
      />
      {span === "day" && <Briefings day={day} team={team} />}
      {opened && <Behind row={opened} onClose={() => open(null)} />}
    </>
  );
}
