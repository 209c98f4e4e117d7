import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Sentence, SeverityMark } from "../alerts/AlertLine";
import { useOpenAlerts } from "../alerts/useOpenAlerts";
import type { BoardFigure } from "../api/described";
import { meetsTarget } from "../floor/filters";
import { SeatGlyph } from "../floor/SeatGlyph";
import { type Format, formatFor } from "../format";
import { LanguageSwitch, ThemeSwitch } from "../frame/Switches";
import { useLabel, useLanguage } from "../i18n";
import { serverNow, useSecond } from "../live/clock";
import { boardSource, startFeed } from "../live/feed";
import { ALL, useFrozen, useHealth } from "../live/health";
import { reset, useEntity, useLive } from "../live/store";
import { Timer } from "../live/Timer";
import { useTitle } from "../parts/useTitle";
import { Empty, PageSkeleton } from "../parts/Waiting";
import { type Board, chosen, nowOf, useBoard } from "./board";
import classes from "./WallboardPage.module.css";

const MOST_ALERTS = 4;

function Tile({
  label,
  note,
  isBad,
  children,
}: {
  label: string;
  note?: ReactNode;
  isBad?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={classes.tile} data-bad={isBad || undefined}>
      <dt>{label}</dt>
      <dd className="num">
        {children}
        {note && <small className={classes.note}>{note}</small>}
      </dd>
    </div>
  );
}

/** The figures of everything that the board shows: of the whole centre, or of all its queues together. */
const OF_THE_BOARD = "*";

function useMisses(figure: BoardFigure, scope: string): [value: number | null, misses: boolean] {
  const value = useLive((live) => live.entities.figures[scope]?.[figure.id] ?? null);
  const misses = value !== null && figure.target !== null && !meetsTarget(figure.direction, value, figure.target);
  return [value, misses];
}

function FigureTile({ figure, format }: { figure: BoardFigure; format: Format }) {
  const { t } = useTranslation();
  const label = useLabel();
  const [value, misses] = useMisses(figure, OF_THE_BOARD);
  const sign = figure.direction === "down" ? "≤" : "≥";
  const target = figure.target === null ? null : `${sign} ${format.target(figure.unit, figure.target)}`;
  const note = target && t(misses ? "floor.targetMissed" : "floor.target", { target });
  return (
    <Tile label={label(figure)} isBad={misses} note={note}>
      {format.figure(figure.unit, value)}
    </Tile>
  );
}

function Tiles({ board, format }: { board: Board; format: Format }) {
  const { t } = useTranslation();
  const entities = useLive((live) => live.entities);
  const now = nowOf(entities);
  return (
    <dl className={classes.tiles}>
      <Tile label={t("wallboard.waiting")} isBad={now.waiting > 0 && now.ready === 0}>
        {now.waiting}
      </Tile>
      <Tile label={t("wallboard.longest")}>
        {now.oldest === null ? "0:00" : <Timer since={now.oldest} pbx={ALL} />}
      </Tile>
      <Tile label={t("wallboard.ready")}>{now.ready}</Tile>
      {chosen(board.figures, "tiles").map((figure) => (
        <FigureTile key={figure.id} figure={figure} format={format} />
      ))}
    </dl>
  );
}

function FigureCell({ figure, id, format }: { figure: BoardFigure; id: string; format: Format }) {
  const [value, misses] = useMisses(figure, id);
  return (
    <td className="num" data-bad={misses || undefined}>
      {misses && <span aria-hidden>▾ </span>}
      {format.figure(figure.unit, value)}
    </td>
  );
}

function QueueRow({ id, figures, format }: { id: string; figures: BoardFigure[]; format: Format }) {
  const queue = useEntity("queues", id);
  if (!queue) return null;
  return (
    <tr>
      <th scope="row">{queue.label || queue.queue}</th>
      <td className="num" data-bad={(queue.waiting > 0 && !queue.seats?.ready) || undefined}>
        {queue.waiting}
      </td>
      <td className="num">{queue.oldest_joined_at ? <Timer since={queue.oldest_joined_at} pbx={queue.pbx} /> : "–"}</td>
      <td className="num">
        {queue.seats?.ready ?? 0}
        <small> / {queue.members}</small>
      </td>
      {figures.map((figure) => (
        <FigureCell key={figure.id} figure={figure} id={id} format={format} />
      ))}
    </tr>
  );
}

function QueueTable({ board, format }: { board: Board; format: Format }) {
  const { t } = useTranslation();
  const label = useLabel();
  const queues = useLive((live) => live.entities.queues);
  const ids = Object.keys(queues).sort();
  const figures = chosen(board.figures, "columns");
  return (
    <table className={classes.queues} style={{ ["--rows" as string]: Math.max(4, ids.length) }}>
      <thead>
        <tr>
          <th scope="col">{t("wallboard.queue")}</th>
          <th scope="col">{t("wallboard.waiting")}</th>
          <th scope="col">{t("wallboard.longest")}</th>
          <th scope="col">{t("wallboard.ready")}</th>
          {figures.map((figure) => (
            <th key={figure.id} scope="col">
              {label(figure)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {ids.map((id) => (
          <QueueRow key={id} id={id} figures={figures} format={format} />
        ))}
      </tbody>
    </table>
  );
}

function SeatStates() {
  const { t } = useTranslation();
  const entities = useLive((live) => live.entities);
  return (
    <section className={classes.box} aria-label={t("wallboard.seats")}>
      <h2>{t("wallboard.seats")}</h2>
      <ul className={classes.states}>
        {nowOf(entities).states.map(([state, count]) => (
          <li key={state}>
            <SeatGlyph state={state} />
            <span>{t(`seat.state.${state}`)}</span>
            <strong className="num">{count}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Alerts({ board }: { board: Board }) {
  const { t } = useTranslation();
  const label = useLabel();
  const reason = (code: string) => {
    const known = board.pause_reasons.find((one) => one.code === code);
    return known ? label(known) : code;
  };
  const alerts = useOpenAlerts();
  const shown = alerts.slice(0, MOST_ALERTS);
  return (
    <section className={classes.box} aria-label={t("wallboard.alerts")} data-grow>
      <h2>
        {t("wallboard.alerts")} {alerts.length > 0 && <span className="num">{alerts.length}</span>}
      </h2>
      {alerts.length === 0 && <p className="muted">{t("wallboard.noAlerts")}</p>}
      <ul className={classes.alerts}>
        {shown.map((alert) => {
          const kind = board.kinds.find((one) => one.id === alert.kind);
          return (
            <li key={alert.alert_id} data-severity={alert.severity}>
              <SeverityMark severity={alert.severity} size={26} />
              <span>{kind ? <Sentence alert={alert} kind={kind} reason={reason} /> : alert.kind}</span>
            </li>
          );
        })}
        {alerts.length > shown.length && <li>{t("wallboard.more", { count: alerts.length - shown.length })}</li>}
      </ul>
    </section>
  );
}

/** Says whether this is now, in words and over the whole width when it is not. */
function Liveness({ format }: { format: Format }) {
  const { t } = useTranslation();
  const health = useHealth();
  if (health.kind === "live") return <span className={classes.live}>● {t("wallboard.live")}</span>;
  if (health.kind === "waiting" || health.kind === "no_link") return <span>{t("wallboard.connecting")}</span>;
  const since = health.kind === "lost" || health.kind === "link" ? health.since : useLive.getState().lastFrameAt;
  const time = format.time(since);
  const text =
    health.kind === "link" ? t("wallboard.linkDown", { pbx: health.pbx, time }) : t("wallboard.notLive", { time });
  return (
    <strong role="alert" className={classes.notLive}>
      ⚠ {text}
    </strong>
  );
}

function Clock({ format }: { format: Format }) {
  useSecond();
  return <time className="num">{format.minute(serverNow())}</time>;
}

function Shown({ board }: { board: Board }) {
  const format = formatFor(useLanguage(), board.timezone);
  const isThere = useLive((live) => live.lastFrameAt > 0);
  const isStale = useFrozen(ALL) !== null;
  useTitle(board.name);
  if (!isThere) return <PageSkeleton />;
  return (
    <main className={classes.board}>
      <header className={classes.head}>
        <h1>{board.name}</h1>
        <Liveness format={format} />
        <span className={classes.switches}>
          <LanguageSwitch />
          <ThemeSwitch />
        </span>
        <Clock format={format} />
      </header>
      <div className={classes.body} data-stale={isStale || undefined}>
        <Tiles board={board} format={format} />
        <div className={classes.middle}>
          <QueueTable board={board} format={format} />
          <div className={classes.side}>
            <SeatStates />
            <Alerts board={board} />
          </div>
        </div>
      </div>
    </main>
  );
}

/** The page behind a wallboard's link. The link's token stands behind the # and never leaves in an address. */
export default function WallboardPage() {
  const { t } = useTranslation();
  const [token] = useState(() => window.location.hash.slice(1));
  const [isRevoked, setRevoked] = useState(token === "");
  const board = useBoard(token);
  useEffect(() => {
    if (!token) return;
    const feed = startFeed(() => {
      reset();
      setRevoked(true);
    }, boardSource(token));
    return () => {
      feed.stop();
      reset();
    };
  }, [token]);
  if (isRevoked || board.data === null) {
    return (
      <main className={classes.gone}>
        <Empty title={t("wallboard.revoked")} text={t("wallboard.revokedText")} />
      </main>
    );
  }
  return board.data ? <Shown board={board.data} /> : <PageSkeleton />;
}
