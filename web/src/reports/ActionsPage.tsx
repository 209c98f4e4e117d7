import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import { ask, query } from "../api/client";
import { useLabel, useLanguage } from "../i18n";
import { Failure } from "../parts/Failure";
import table from "../parts/Table.module.css";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./Actions.module.css";
import { AgentDayView } from "./AgentDay";
import { AgentSelect, TeamSelect } from "./Filters";
import { useDayWord } from "./labels";
import { RangePicker } from "./RangePicker";
import page from "./ReportsPage.module.css";
import { isDay } from "./ranges";
import type { AgentDay, PatternRule } from "./shapes";
import { useToday } from "./useToday";
import { chosenDays, readRange, writeRange } from "./view";

function Rules({ rules }: { rules: PatternRule[] }) {
  const { t } = useTranslation();
  const label = useLabel();
  const language = useLanguage();
  return (
    <details className={classes.rules}>
      <summary>{t("action.rules")}</summary>
      <dl>
        {rules.map((rule) => (
          <div key={rule.id}>
            <dt>{label(rule)}</dt>
            <dd>{language === "zh" ? rule.rule_zh : rule.rule_en}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function DayRow({ day, rules }: { day: AgentDay; rules: PatternRule[] }) {
  const { t } = useTranslation();
  const label = useLabel();
  const dayWord = useDayWord();
  const name = day.agent_name || day.agent_number;
  const word = (id: string) => {
    const rule = rules.find((one) => one.id === id);
    return rule ? label(rule) : id;
  };
  return (
    <tr className={table.linked}>
      <td className="num">
        <Link href={`/reports/actions${query({ agent: day.agent_number, day: day.day })}`} className={table.cover}>
          {dayWord(day.day)}
        </Link>
      </td>
      <td>
        {name} <span className="num muted">{day.agent_name && day.agent_number}</span>
      </td>
      <td>{day.team}</td>
      <td>
        <ul className={classes.marks}>
          {day.patterns.map((pattern) => (
            <li key={`${pattern.rule} ${pattern.since}`} className={classes.mark}>
              {word(pattern.rule)}{" "}
              <span className="num" title={t("action.limit", { limit: pattern.limit })}>
                {t("action.countOf", { count: pattern.count, limit: pattern.limit })}
              </span>
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}

function Unusual({ asked }: { asked: { from: string; to: string; team: string } }) {
  const { t } = useTranslation();
  const result = useQuery({
    queryKey: ["patterns", asked],
    queryFn: () => ask("GET /api/reports/patterns", { query: asked }),
  });
  if (result.isPending) return <RowsSkeleton rows={8} />;
  if (result.isError) return <Failure error={result.error} onRetry={() => void result.refetch()} />;
  const { days, rules } = result.data;
  return (
    <>
      {days.length === 0 ? (
        <Empty title={t("action.nothingUnusual")} text={t("action.nothingUnusualText")} />
      ) : (
        <div className={page.scroll}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("reports.day")}</th>
                <th scope="col">{t("calls.agent")}</th>
                <th scope="col">{t("floor.team")}</th>
                <th scope="col">{t("action.unusual")}</th>
              </tr>
            </thead>
            <tbody>
              {days.map((day) => (
                <DayRow key={`${day.day} ${day.agent_number}`} day={day} rules={rules} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Rules rules={rules} />
    </>
  );
}

/** All agents with something unusual, or one agent's day. */
export default function ActionsPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const today = useToday();
  const chosen = readRange(params);
  const days = chosenDays(chosen, today);
  const agent = params.get("agent") ?? "";
  const team = params.get("team") ?? "";
  const asked = params.get("day") ?? "";
  const [lastDay = today] = [days.to, today].sort();
  const day = isDay(asked) ? asked : lastDay;
  if (agent) {
    return (
      <AgentDayView
        agent={agent}
        day={day}
        onChange={(next) => setParams({ agent, day, ...next })}
        onBack={() => setParams({ ...writeRange(chosen), ...(team && { team }) })}
      />
    );
  }
  const change = (next: Record<string, string>) =>
    setParams(new URLSearchParams(query({ ...writeRange(chosen), team, ...next })), { replace: true });
  return (
    <>
      <search className={page.bar}>
        <RangePicker chosen={chosen} onChoose={(next) => setParams({ ...writeRange(next), ...(team && { team }) })} />
        <TeamSelect value={team} onChange={(next) => change({ team: next })} />
        <AgentSelect
          days={days}
          value=""
          label={t("action.chooseAgent")}
          onChange={(next) => next && setParams({ agent: next, day })}
        />
      </search>
      <section className="panel" aria-labelledby="unusual-title">
        <h2 id="unusual-title" className={page.title}>
          {t("action.unusualTitle")}
        </h2>
        <Unusual asked={{ from: days.from, to: days.to, team }} />
      </section>
    </>
  );
}
