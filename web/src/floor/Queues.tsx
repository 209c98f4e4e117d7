import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useFigures, useFormat } from "../api/queries";
import type { Figure } from "../api/shapes";
import { useLabel } from "../i18n";
import { ALL, useFrozen } from "../live/health";
import { useEntity, useLive } from "../live/store";
import { Timer } from "../live/Timer";
import { isLeading, useFormula } from "./Figures";
import { meetsTarget } from "./filters";
import classes from "./Queues.module.css";
import type { ChangeFilter } from "./useFloorFilter";

/** Letters from which on a column is made wider, so that its label does not become a tower. */
const LONG_LABEL = 18;

function FigureCell({ figure, value }: { figure: Figure; value: number | null }) {
  const label = useLabel();
  const format = useFormat();
  const misses = value !== null && figure.target !== null && !meetsTarget(figure.direction, value, figure.target);
  return (
    <td
      className="num"
      data-label={label(figure)}
      data-bad={misses || undefined}
      data-minor={!isLeading(figure) || undefined}
    >
      {format.figure(figure.unit, value)}
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
  if (!queue) return null;
  return (
    <tr data-stale={isStale || undefined} data-chosen={isChosen || undefined}>
      <th scope="row">
        <button type="button" onClick={onChoose} aria-pressed={isChosen}>
          {queue.label || queue.queue}
        </button>
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
        <FigureCell key={figure.id} figure={figure} value={values?.[figure.id] ?? null} />
      ))}
    </tr>
  );
}

/** As in the tiles, what has a target first; a count that is 0 in every queue is left out until it happens. */
function useColumns(): Figure[] {
  const figures = useFigures().data ?? [];
  const counted = useLive(
    useShallow((live) => {
      const rows = Object.entries(live.entities.figures).filter(([id]) => id !== "*");
      return figures.filter((figure) => figure.unit !== "count" || rows.some(([, values]) => values[figure.id]));
    }),
  );
  return [...counted.filter(isLeading), ...counted.filter((figure) => !isLeading(figure))];
}

/** One row a queue: what is true now, then the figures of today, the same ones as in the tiles. */
export function Queues({ chosen, change }: { chosen: string; change: ChangeFilter }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formula = useFormula();
  const figures = useColumns();
  const ids = useLive(useShallow((live) => Object.keys(live.entities.queues).sort()));
  if (ids.length === 0) return <p className={classes.none}>{t("floor.noQueues")}</p>;
  return (
    <div className={classes.scroll}>
      <table className={classes.queues}>
        <thead>
          <tr>
            <th scope="col">
              <h2>{t("floor.queues")}</h2>
            </th>
            <th scope="col">{t("floor.waiting")}</th>
            <th scope="col">{t("floor.longestWait")}</th>
            <th scope="col">{t("floor.readyOf")}</th>
            {figures.map((figure) => (
              <Tooltip key={figure.id} label={formula(figure)} multiline maw={340} openDelay={250}>
                <th scope="col" data-long={label(figure).length > LONG_LABEL || undefined}>
                  {label(figure)}
                </th>
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
