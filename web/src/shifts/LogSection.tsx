import { Button, Select, Textarea } from "@mantine/core";
import { type FormEvent, Fragment } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { ApiError, query } from "../api/client";
import { useFiguresNamed, useFormat, useMay, useQueueWord, useSession, useSettings } from "../api/queries";
import type { FigureValues } from "../api/shapes";
import { useLabel } from "../i18n";
import { Failure } from "../parts/Failure";
import { useTell } from "../parts/useTell";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { useDayWord } from "../reports/labels";
import reports from "../reports/ReportsPage.module.css";
import type { Day } from "../reports/ranges";
import { useNoteDraft } from "./noteDrafts";
import classes from "./Shifts.module.css";
import { Stepper } from "./Stepper";
import { type Log, type Note, useLog, useWriteNote } from "./shifts";
import type { Where } from "./where";

const LONGEST = 20_000;

interface Report {
  name: string;
  href: string;
}

/** The reports of these queues on one day, each at the PBXs that have it. */
function useQueueReports(queues: readonly string[], day: Day): Report[] {
  const all = useSettings().data?.queues ?? [];
  const word = useQueueWord();
  const days = { from: day, to: day };
  return queues.flatMap((queue) => {
    const places = all.filter((one) => one.queue === queue);
    return (places.length > 0 ? places : [{ pbx: "", queue }]).map(({ pbx }) => ({
      name: places.length > 1 ? `${word(pbx, queue)} (${pbx})` : word(pbx, queue),
      href: `/reports/queues${query({ ...days, queue: pbx ? `${pbx}/${queue}` : queue })}`,
    }));
  });
}

/** The figures of the day; who may see reports opens the report in which each of them opens what it counts. */
function Values({ of, title, reports }: { of: FigureValues; title: string; reports: readonly Report[] }) {
  const seesReports = useMay("see_reports");
  const label = useLabel();
  const format = useFormat();
  const figures = useFiguresNamed(Object.keys(of));
  return (
    <div>
      <p className={`muted ${classes.opens}`}>
        {title}{" "}
        {reports.map(({ name, href }, nth) => (
          <Fragment key={href}>
            {nth > 0 && ", "}
            {seesReports ? <Link href={href}>{name}</Link> : name}
          </Fragment>
        ))}
      </p>
      <dl className={classes.figures}>
        {figures.map((figure) => (
          <div key={figure.id}>
            <dt>{label(figure)}</dt>
            <dd className="num">{format.figure(figure.unit, of[figure.id], figure.decimals)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** The note is typed over the newest version; where somebody else wrote meanwhile, both stand here until it is saved. */
function Editor({ newest, team, day }: { newest: Note | undefined; team: string; day: string }) {
  const { t } = useTranslation();
  const tell = useTell();
  const kept = useNoteDraft(team, day);
  const saved = newest?.text ?? "";
  const read = kept.draft?.version ?? newest?.version ?? 0;
  const text = kept.draft?.text ?? saved;
  const writing = useWriteNote(team, day);
  const isOvertaken = (newest?.version ?? 0) > read;
  const isStale = writing.error instanceof ApiError && writing.error.status === 409;
  const type = (typed: string) => (typed === saved ? kept.drop() : kept.type(typed, read));
  function submit(event: FormEvent) {
    event.preventDefault();
    // What others wrote meanwhile stands here, too: who saves has read the newest version.
    writing.mutate(
      { version: newest?.version ?? 0, text },
      {
        onSuccess: () => {
          kept.drop();
          tell.success(t("shifts.saved"));
        },
      },
    );
  }
  return (
    <form onSubmit={submit} className={classes.inner}>
      <Textarea
        autosize
        minRows={5}
        maxRows={20}
        maxLength={LONGEST}
        label={t("shifts.note")}
        description={t("shifts.noteHint")}
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
      />
      {kept.draft && (
        <p className={classes.unsaved} role="status">
          {t("shifts.unsaved")}
          <Button size="compact-xs" variant="subtle" onClick={kept.drop}>
            {t("shifts.throwAway")}
          </Button>
        </p>
      )}
      {isOvertaken && newest && (
        <div role="status">
          <strong>{t("shifts.overtaken", { name: newest.written_by })}</strong>
          <p className={classes.note}>{newest.text}</p>
        </div>
      )}
      {writing.error && !isStale && <Failure error={writing.error} />}
      <div className={classes.buttons}>
        <Button type="submit" size="xs" loading={writing.isPending} disabled={text === saved}>
          {t("callbacks.save")}
        </Button>
      </div>
    </form>
  );
}

function Versions({ notes }: { notes: readonly Note[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <details className={classes.told}>
      <summary>{t("shifts.versions", { count: notes.length })}</summary>
      {notes.map((note) => (
        <div key={note.version}>
          <p className="muted">
            {t("shifts.writtenBy", { name: note.written_by, at: format.dateTime(note.written_at) })}
          </p>
          <p className={classes.note}>{note.text}</p>
        </div>
      ))}
    </details>
  );
}

function Found({ log, team, day }: { log: Log; team: string; day: string }) {
  const { t } = useTranslation();
  const dayWord = useDayWord();
  const mayWrite = useMay("plan_shifts");
  const { queues, of_queues, of_team } = log.figures;
  const newest = log.notes[0];
  const ofTeam = { name: team, href: `/reports/teams${query({ from: day, to: day, team })}` };
  const ofQueues = useQueueReports(queues, day);
  return (
    <>
      <section className="panel" aria-labelledby="figures-title">
        <div className={classes.head}>
          <h2 id="figures-title">{t("shifts.figures", { team, day: dayWord(day) })}</h2>
        </div>
        <div className={classes.inner}>
          <Values of={of_team} title={t("shifts.ofTeam")} reports={[ofTeam]} />
          {queues.length > 0 && <Values of={of_queues} title={t("shifts.ofQueues")} reports={ofQueues} />}
        </div>
      </section>
      <section className="panel" aria-labelledby="log-title">
        <div className={classes.head}>
          <h2 id="log-title">{t("shifts.section.log")}</h2>
        </div>
        {mayWrite ? (
          <Editor key={`${team} ${day}`} newest={newest} team={team} day={day} />
        ) : (
          <p className={`${classes.told} ${classes.note}`}>{newest?.text || t("shifts.noNote")}</p>
        )}
        {log.notes.length > 0 && <Versions notes={log.notes} />}
      </section>
    </>
  );
}

/** What the leader noted of a team's day, beside its figures. */
export function LogSection({ day, team, change }: Where) {
  const { t } = useTranslation();
  const settings = useSettings();
  const { scope } = useSession().user;
  const all = settings.data?.teams ?? [];
  const teams = scope ? all.filter((one) => scope.teams.includes(one)) : all;
  const chosen = team || teams[0] || "";
  const result = useLog(chosen, day);
  return (
    <>
      <search className={reports.bar}>
        <Stepper day={day} step={1} onChange={(next) => change({ day: next })} />
        <Select
          size="xs"
          aria-label={t("floor.team")}
          data={teams}
          value={chosen || null}
          onChange={(next) => next && change({ team: next })}
          allowDeselect={false}
        />
      </search>
      {settings.data && chosen === "" && <Empty title={t("shifts.noTeams")} text={t("shifts.noTeamsText")} />}
      {chosen !== "" && result.isPending && <RowsSkeleton rows={6} />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {result.data && <Found log={result.data} team={chosen} day={day} />}
    </>
  );
}
