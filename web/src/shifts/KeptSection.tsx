import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";
import { useFormat } from "../api/queries";
import { Failure } from "../parts/Failure";
import { RowsSkeleton } from "../parts/Waiting";
import { ExportButtons } from "../reports/ExportButtons";
import { TeamSelect } from "../reports/Filters";
import reports from "../reports/ReportsPage.module.css";
import { addDays, weekdayOf } from "../reports/ranges";
import { DaysKept } from "./DaysKept";
import { KeptTotals } from "./KeptTotals";
import classes from "./Shifts.module.css";
import { Stepper } from "./Stepper";
import { type Came, useBriefings, useKept } from "./shifts";
import type { Where } from "./where";

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
  const result = useKept(days, team, "", span === "day");
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
        <ExportButtons under="/api/shifts" name="adherence" asked={{ ...days, team }} />
      </search>
      {span === "day" ? <DaysKept result={result} /> : <KeptTotals days={days} team={team} />}
      {span === "day" && <Briefings day={day} team={team} />}
    </>
  );
}
