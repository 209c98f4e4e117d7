import { Drawer } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { duration } from "../format";
import { ListPanel } from "../parts/ListPanel";
import { useDayWord } from "../reports/labels";
import numbers from "../reports/Numbers.module.css";
import type { Days } from "../reports/ranges";
import { DaysKept, Lost } from "./DaysKept";
import classes from "./Shifts.module.css";
import { type AgentTotal, type KeptTotal, useKept, useKeptTotals } from "./shifts";

/** What all totals tell, whosesoever they are. */
function Sums({ of }: { of: KeptTotal }) {
  return (
    <>
      <td className="num">
        {duration(of.in_adherence_seconds)} / {duration(of.planned_seconds)}
      </td>
      <td className="num">{of.shifts}</td>
      <td className="num">
        <span className={of.absent_shifts > 0 ? classes.late : undefined}>{of.absent_shifts}</span>
      </td>
      <td className="num">
        {of.late_starts} · <Lost seconds={of.late_start_seconds} />
      </td>
      <td className="num">
        {of.early_ends} · <Lost seconds={of.early_end_seconds} />
      </td>
    </>
  );
}

/** The days of one agent; each opens what was done on it. */
function OfAgent({ agent, days, onClose }: { agent: AgentTotal; days: Days; onClose: () => void }) {
  const { t } = useTranslation();
  const dayWord = useDayWord();
  const result = useKept(days, "", agent.agent_number);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={`${agent.agent_name} · ${dayWord(days.from)} – ${dayWord(days.to)}`}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <DaysKept result={result} />
    </Drawer>
  );
}

/** How all shifts of some days were kept to, by team and by agent; an agent's rate opens the days. */
export function KeptTotals({ days, team }: { days: Days; team: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const result = useKeptTotals(days, team);
  const [opened, open] = useState<AgentTotal | null>(null);
  const { teams = [], agents = [], total } = result.data ?? {};
  const rate = (of: KeptTotal) => format.figure("share", of.adherence_rate);
  const columns = [
    t("shifts.adherence"),
    t("shifts.inOfPlanned"),
    t("shifts.shiftCount"),
    t("shifts.absences"),
    t("shifts.lateStarts"),
    t("shifts.earlyEnds"),
  ];
  return (
    <>
      {teams.length > 0 && (
        <ListPanel
          title={t("shifts.ofTeams")}
          asked={[]}
          tools={<span className="muted">{t("shifts.adherenceHint")}</span>}
          columns={[t("floor.team"), ...columns]}
          rows={[
            ...teams.map((one) => (
              <tr key={one.team}>
                <td>{one.team || t("shifts.noTeam")}</td>
                <td className="num">{rate(one)}</td>
                <Sums of={one} />
              </tr>
            )),
            ...(total && teams.length > 1
              ? [
                  <tr key="total" className={classes.total}>
                    <td>{t("shifts.total")}</td>
                    <td className="num">{rate(total)}</td>
                    <Sums of={total} />
                  </tr>,
                ]
              : []),
          ]}
        />
      )}
      <ListPanel
        title={t("shifts.ofAgents")}
        asked={[result]}
        columns={[t("shifts.agent"), ...columns]}
        rows={agents.map((one) => (
          <tr key={one.agent_number}>
            <td>
              {one.agent_name} <small className="muted num">{one.agent_number}</small>
            </td>
            <td className="num">
              <button
                type="button"
                className={numbers.number}
                aria-label={t("shifts.opensDays", { name: one.agent_name, rate: rate(one) })}
                onClick={() => open(one)}
              >
                {rate(one)}
              </button>
            </td>
            <Sums of={one} />
          </tr>
        ))}
        empty={{ title: t("shifts.nobodyPlanned"), text: t("shifts.nobodyPlannedText") }}
      />
      {opened && <OfAgent agent={opened} days={days} onClose={() => open(null)} />}
    </>
  );
}
