import { Tooltip } from "@mantine/core";
import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { AlertMark } from "../alerts/AlertMark";
import { useFigures, useFormat } from "../api/queries";
import type { Figure } from "../api/shapes";
import { useLabel } from "../i18n";
import { ALL, useFrozen } from "../live/health";
import { useEntity, useLive } from "../live/store";
import { Timer } from "../live/Timer";
import { isLeading, useFormula } from "./Figures";
import { type Columns, type FloorFilter, floorFigures, meetsTarget } from "./filters";
import { OpensCounted } from "./OpensCounted";
import classes from "./Queues.module.css";
import { useServiceLevelRule } from "./serviceLevel";
import type { ChangeFilter } from "./useFloorFilter";

/** Letters up to which a label stands in one line, and from which on its column is made wider: no towers of letters. */
const SHORT_LABEL = 7;
const LONG_LABEL = 18;

/** The parts of the AHT stand beside it, quieter than the sum. */
function isPart(figure: Figure): boolean {
  return ["average_talk_seconds", "average_hold_seconds", "average_wrap_up_seconds"].includes(figure.id);
}

function Head({ label, ...others }: ComponentProps<"th"> & { label: string }) {
  const length = label.length;
  const size = length <= SHORT_LABEL ? "short" : length > LONG_LABEL ? "long" : undefined;
  return (
    <th {...others} scope="col" data-size={size}>
      {label}
    </th>
  );
}

interface CellProps {
  figure: Figure;
  value: number | null;
  scope: string;
  rule?: string;
}

function FigureCell({ figure, value, scope, rule }: CellProps) {
  const label = useLabel();
  const format = useFormat();
  const misses = value !== null && figure.target !== null && !meetsTarget(figure.direction, value, figure.target);
  return (
    <td
      className="num"
      data-label={label(figure)}
      data-bad={misses || undefined}
      data-part={isPart(figure) || undefined}
      data-minor={!isLeading(figure) || undefined}
      title={rule}
    >
      <OpensCounted figure={figure} value={value} scope={scope}>
        {format.figure(figure.unit, value, figure.decimals)}
      </OpensCounted>
    </td>
  );
}

function QueueRow({
  id,
  figures,
  isChosen,
  onChoose,
}: {
  id: string;
  figures: Figure[];
  isChosen: boolean;
  onChoose: () => void;
}) {
  const { t } = useTranslation();
  const queue = useEntity("queues", id);
  const values = useEntity("figures", id);
  const isStale = useFrozen(queue?.pbx ?? ALL) !== null;
  const rule = useServiceLevelRule()(id);
  if (!queue) return null;
  return (
    <tr data-stale={isStale || undefined} data-chosen={isChosen || undefined}>
      <th scope="row">
        <button type="button" onClick={onChoose} aria-pressed={isChosen}>
          {queue.label || queue.queue}
        </button>
        <div>
          <AlertMark kind="queues" id={id} />
        </div>
      </th>
      <td className="num" data-label={t("floor.waiting")} data-strong={queue.waiting > 0 || undefined}>
        {queue.waiting}
      </td>
      <td className="num" data-label={t("floor.longestWait")}>
        {queue.oldest_joined_at ? <Timer since={queue.oldest_joined_at} pbx={queue.pbx} /> : "–"}
      </td>
      <td
        className="num"
        data-label={t("floor.readyOf")}
        data-bad={(queue.waiting > 0 && !queue.seats?.ready) || undefined}
      >
        {queue.seats?.ready ?? 0} / {queue.members}
      </td>
      {figures.map((figure) => (
        <FigureCell
          key={figure.id}
          figure={figure}
          scope={id}
          value={values?.[figure.id] ?? null}
          rule={figure.id === "service_level" ? rule : undefined}
        />
      ))}
    </tr>
  );
}

/** What fits beside the waiting callers on a desk screen, in this order: how it goes, how long a call takes, how many. */
const MAIN = [
  "answer_rate",
  "service_level",
  "asa_seconds",
  "aht_seconds",
  "average_talk_seconds",
  "average_hold_seconds",
  "average_wrap_up_seconds",
  "offered",
  "answered",
  "abandoned",
  "abandoned_short",
];

/** The main columns, then on request the others; of these a count that is 0 in every queue is left out. */
function useColumns(choice: Columns): Figure[] {
  const figures = floorFigures(useFigures().data ?? []);
  const others = useLive(
    useShallow((live) => {
      if (choice === "main") return [];
      const rows = Object.entries(live.entities.figures).filter(([id]) => id !== "*");
      return figures.filter(
        ({ id, unit }) => !MAIN.includes(id) && (unit !== "count" || rows.some(([, values]) => values[id])),
      );
    }),
  );
  const main = MAIN.flatMap((id) => figures.find((figure) => figure.id === id) ?? []);
  return [...main, ...others];
}

/** One row a queue: what is true now, then the figures of today, the same ones as in the tiles. */
export function Queues({ filter, change }: { filter: FloorFilter; change: ChangeFilter }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formula = useFormula();
  const figures = useColumns(filter.columns);
  const chosen = filter.queue;
  const isAll = filter.columns === "all";
  const ids = useLive(useShallow((live) => Object.keys(live.entities.queues).sort()));
  if (ids.length === 0) return <p className={classes.none}>{t("floor.noQueues")}</p>;
  return (
    <div className={classes.scroll}>
      <table className={classes.queues}>
        <thead>
          <tr>
            <th scope="col">
              <h2>{t("floor.queues")}</h2>
              <button
                type="button"
                className={classes.columns}
                aria-pressed={isAll}
                onClick={() => change({ columns: isAll ? "main" : "all" })}
              >
                {isAll ? t("floor.fewerColumns") : t("floor.moreColumns")}
              </button>
            </th>
            <Head label={t("floor.waiting")} />
            <Head label={t("floor.longestWait")} />
            <Head label={t("floor.readyOf")} />
            {figures.map((figure) => (
              <Tooltip key={figure.id} label={formula(figure)} multiline maw={340} openDelay={250}>
                <Head label={label(figure)} data-part={isPart(figure) || undefined} />
              </Tooltip>
            ))}
          </tr>
        </thead>
        <tbody>
          {ids.map((id) => (
            <QueueRow
              key={id}
              id={id}
              figures={figures}
              isChosen={id === chosen}
              onChoose={() => change({ queue: id === chosen ? "" : id })}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
