import { Button, Modal } from "@mantine/core";
import { IconCopy, IconTemplate, IconUpload } from "@tabler/icons-react";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useMay } from "../api/queries";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useTell } from "../parts/useTell";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { TeamSelect } from "../reports/Filters";
import { useDayWord } from "../reports/labels";
import reports from "../reports/ReportsPage.module.css";
import { addDays, type Day, weekdayOf } from "../reports/ranges";
import { useToday } from "../reports/useToday";
import { shiftWord } from "./clock";
import { ImportDialog } from "./ImportDialog";
import { Bar, Legend } from "./Parts";
import { ShiftDialog } from "./ShiftDialog";
import classes from "./Shifts.module.css";
import { Stepper } from "./Stepper";
import { type Plan, type Planned, type Shift, useCopyCheck, useCopyWeek, usePlan, useUndo } from "./shifts";
import { TemplatesDialog } from "./TemplatesDialog";
import type { Where } from "./where";

const ARROWS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The arrow keys go from one day of an agent to the next. */
function walk(event: KeyboardEvent<HTMLTableElement>) {
  const way = ARROWS[event.key];
  const cell = (event.target as HTMLElement).closest("td");
  if (!way || !cell) return;
  const places = [...event.currentTarget.querySelectorAll("tr")].filter((row) => row.querySelector("td"));
  const row = places[places.indexOf(cell.parentElement as HTMLTableRowElement) + way[0]];
  const next = row?.cells[cell.cellIndex + way[1]]?.querySelector("button");
  if (!next) return;
  event.preventDefault();
  next.focus();
}

interface Chosen {
  agent: Planned;
  day: Day;
  shift: Shift | null;
}

function Cell({ agent, day, shift, onChoose }: Chosen & { onChoose: ((chosen: Chosen) => void) | null }) {
  const { t } = useTranslation();
  const dayWord = useDayWord();
  const words = shift ? shiftWord(shift.parts) : t("shifts.free");
  const shown = (
    <>
      <span className={shift ? "num" : classes.none}>{shift ? words : "–"}</span>
      {shift && <Bar parts={shift.parts} />}
    </>
  );
  if (!onChoose) {
    return (
      <div className={classes.cell} data-planned={shift ? true : undefined}>
        {shown}
      </div>
    );
  }
  return (
    <button
      type="button"
      className={classes.cell}
      data-planned={shift ? true : undefined}
      aria-label={`${agent.agent_name}, ${dayWord(day)}: ${words}`}
      onClick={() => onChoose({ agent, day, shift })}
    >
      {shown}
    </button>
  );
}

interface GridProps {
  plan: Plan;
  days: readonly Day[];
  onChoose: ((chosen: Chosen) => void) | null;
}

function Grid({ plan, days, onChoose }: GridProps) {
  const { t } = useTranslation();
  const dayWord = useDayWord();
  const today = useToday();
  const shiftOf = new Map(plan.shifts.map((shift) => [`${shift.agent_number} ${shift.day}`, shift]));
  const teams = [...new Set(plan.agents.map(({ team }) => team))];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
    <section className={classes.scroll} aria-label={t("shifts.week")} tabIndex={0}>
      <table className={classes.grid} onKeyDown={walk}>
        <caption className="visually-hidden">{t("shifts.week")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("shifts.agent")}</th>
            {days.map((day) => (
              <th key={day} scope="col" data-today={day === today || undefined}>
                {dayWord(day)}
              </th>
            ))}
          </tr>
        </thead>
        {teams.map((team) => (
          <tbody key={team}>
            <tr className={classes.team}>
              <th scope="rowgroup" colSpan={days.length + 1}>
                {team || t("shifts.noTeam")}
              </th>
            </tr>
            {plan.agents
              .filter((agent) => agent.team === team)
              .map((agent) => (
                <tr key={agent.agent_number}>
                  <th scope="row">
                    {agent.agent_name}
                    <small className="num">{agent.agent_number}</small>
                  </th>
                  {days.map((day) => (
                    <td key={day}>
                      <Cell
                        agent={agent}
                        day={day}
                        shift={shiftOf.get(`${agent.agent_number} ${day}`) ?? null}
                        onChoose={onChoose}
                      />
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}

interface CopyProps {
  monday: Day;
  team: string;
  onClose: () => void;
}

/** Says how many shifts would be planned in the next week, and how many stay, before anything is copied. */
function CopyDialog({ monday, team, onClose }: CopyProps) {
  const { t } = useTranslation();
  const dayWord = useDayWord();
  const tell = useTell();
  const wish = { monday, team: team || null };
  const checked = useCopyCheck(wish);
  const copying = useCopyWeek();
  const counts = checked.data;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!counts?.added || copying.isPending) return;
    copying.mutate(wish, {
      onSuccess: ({ added, unchanged }) => {
        tell.success(t("shifts.copied", { added, unchanged }));
        onClose();
      },
    });
  }
  const next = addDays(monday, 7);
  const weeks = {
    from: `${dayWord(monday)} – ${dayWord(addDays(monday, 6))}`,
    to: `${dayWord(next)} – ${dayWord(addDays(next, 6))}`,
    team: team || t("floor.allTeams"),
  };
  return (
    <Modal opened onClose={onClose} title={t("shifts.copy")} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <form onSubmit={submit} className={page.form}>
        <p>{t("shifts.copySure", weeks)}</p>
        {checked.isPending && <p role="status">{t("shifts.counting")}</p>}
        {counts && (
          <p role="status">
            {counts.added > 0
              ? t("shifts.copyCounts", { added: counts.added, unchanged: counts.unchanged })
              : t("shifts.copyNothing", { unchanged: counts.unchanged })}
          </p>
        )}
        {(checked.error ?? copying.error) && <Failure error={checked.error ?? copying.error} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("callbacks.cancel")}
          </Button>
          <Button type="submit" loading={copying.isPending} disabled={!counts?.added}>
            {t("shifts.copyNow")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** What one has copied or imported last, as long as it can be undone. */
function Undoable({ change }: { change: NonNullable<Plan["undoable"]> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTell();
  const undoing = useUndo();
  const undo = () =>
    undoing.mutate(undefined, {
      onSuccess: ({ removed, restored }) => tell.success(t("shifts.undone", { removed, restored })),
      onError: tell.failure,
    });
  return (
    <p className={classes.undo} role="status">
      <span>
        {t("shifts.undoable", {
          at: format.minute(change.at),
          until: format.minute(change.until),
          added: change.added,
          replaced: change.replaced,
        })}
      </span>
      <Button size="compact-xs" variant="default" loading={undoing.isPending} onClick={undo}>
        {t("shifts.undo")}
      </Button>
    </p>
  );
}

/** The week of every agent, by team; a cell opens the shift of that day. */
export function PlanSection({ day, team, change }: Where) {
  const { t } = useTranslation();
  const mayPlan = useMay("plan_shifts");
  const [chosen, choose] = useState<Chosen | null>(null);
  const [isImporting, setImporting] = useState(false);
  const [isCopying, setCopying] = useState(false);
  const [isTemplating, setTemplating] = useState(false);
  const monday = addDays(day, 1 - weekdayOf(day));
  const days = [0, 1, 2, 3, 4, 5, 6].map((count) => addDays(monday, count));
  const result = usePlan({ from: monday, to: addDays(monday, 6) }, team);
  return (
    <>
      <search className={reports.bar}>
        <Stepper day={day} step={7} onChange={(next) => change({ day: next })} />
        <TeamSelect value={team} onChange={(next) => change({ team: next })} />
        {mayPlan && (
          <>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconUpload size={15} />}
              onClick={() => setImporting(true)}
            >
              {t("shifts.import")}
            </Button>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconTemplate size={15} />}
              onClick={() => setTemplating(true)}
            >
              {t("shifts.openTemplates")}
            </Button>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconCopy size={15} />}
              onClick={() => setCopying(true)}
              title={t("shifts.copyHint")}
            >
              {t("shifts.copy")}…
            </Button>
          </>
        )}
      </search>
      {mayPlan && result.data?.undoable && <Undoable change={result.data.undoable} />}
      {result.isPending && <RowsSkeleton rows={10} />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {result.data && (
        <div className="panel">
          {result.data.agents.length === 0 ? (
            <Empty title={t("shifts.nobody")} text={t("shifts.nobodyText")} />
          ) : (
            <>
              {result.data.shifts.length === 0 && (
                <p className={`muted ${classes.told}`}>
                  {mayPlan ? t("shifts.nothingPlanned") : t("shifts.nothingPlannedYet")}
                </p>
              )}
              <Grid plan={result.data} days={days} onChoose={mayPlan ? choose : null} />
              <Legend />
            </>
          )}
        </div>
      )}
      {chosen && <ShiftDialog {...chosen} onClose={() => choose(null)} />}
      {isTemplating && <TemplatesDialog onClose={() => setTemplating(false)} />}
      {isCopying && <CopyDialog monday={monday} team={team} onClose={() => setCopying(false)} />}
      {isImporting && <ImportDialog onClose={() => setImporting(false)} />}
    </>
  );
}
