import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { duration } from "../format";
import classes from "./ActionLine.module.css";
import { type Line, LOOKS, timeByKind } from "./actions";
import type { Action } from "./shapes";

interface LineProps {
  line: Line;
  actions: Action[];
  onPoint: (id: string) => void;
}

/** The day at a glance; the table below says the same, so that this needs neither keyboard nor ear. */
export function ActionLine({ line, actions, onPoint }: LineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const sums = timeByKind(actions);
  const summary = sums.map(([kind, seconds]) => `${t(`action.kind.${kind}`)} ${duration(seconds)}`).join(", ");
  const at = (left: number, width = 0): CSSProperties => ({ left: `${left}%`, width: width ? `${width}%` : undefined });
  return (
    <div className={classes.line}>
      <div className={classes.drawing} role="img" aria-label={`${t("action.line")}: ${summary}`}>
        <div className={classes.track}>
          {line.placed.map(({ action, left, width, isMarked }) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the mouse to a row of the table below
            // biome-ignore lint/a11y/useKeyWithClickEvents: the rows themselves are reached by keyboard
            <span
              key={action.id}
              className={classes.action}
              data-state={LOOKS[action.kind]}
              data-marked={isMarked || undefined}
              style={at(left, width)}
              title={`${t(`action.kind.${action.kind}`)} ${duration(action.seconds)}, ${format.time(action.since)}`}
              onClick={() => onPoint(action.id)}
            />
          ))}
        </div>
        <div className={classes.hours}>
          {line.hours.map((hour) => (
            <span key={hour.at} className="num" style={at(hour.left)}>
              {format.minute(hour.at)}
            </span>
          ))}
        </div>
      </div>
      <ul className={classes.sums}>
        {sums.map(([kind, seconds]) => (
          <li key={kind}>
            <span className={classes.swatch} data-state={LOOKS[kind]} aria-hidden />
            {t(`action.kind.${kind}`)} <span className="num">{duration(seconds)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
