import { useTranslation } from "react-i18next";
import { useFormat, useZone } from "../api/queries";
import type { Figure, FigureValues } from "../api/shapes";
import { type Format, fromWall } from "../format";
import { type Delta, deltaOf } from "./lines";
import type { Day, Interval } from "./ranges";
import type { IntervalBounds } from "./report";

/** How an interval is written: as short as its grain and the length of the span allow. */
export function useIntervalWord(interval: Interval, isOneDay: boolean): (bounds: IntervalBounds) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return ({ index, start, end }) => {
    if (start === null || end === null) {
      return interval === "weekday" ? format.weekday(index) : t("reports.hourOfDay", { from: index, to: index + 1 });
    }
    switch (interval) {
      case "day":
        return format.day(start);
      case "week":
        return t("callbacks.fromTo", { first: format.day(start), last: format.day(end - 1) });
      case "month":
        return format.month(start);
      default:
        return isOneDay ? format.minute(start) : `${format.day(start)} ${format.minute(start)}`;
    }
  };
}

/** A day of the calendar in words. */
export function useDayWord(): (day: Day) => string {
  const format = useFormat();
  const zone = useZone();
  return (day) => format.day(fromWall(zone, `${day}T12:00`) ?? 0);
}

/** Points for a share, per cent for a count, the difference itself for a length of time; always with its sign. */
function written(format: Format, figure: Figure, { difference, share }: Delta): string {
  const sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
  const size = Math.abs(difference);
  if (figure.unit === "seconds") return `${sign}${format.figure("seconds", size)}`;
  if (figure.unit === "share") return `${sign}${(size * 100).toFixed(figure.decimals)}`;
  if (share !== null) return `${sign}${(Math.abs(share) * 100).toFixed(0)}\u00a0%`;
  return `${sign}${format.figure(figure.unit, size, figure.decimals)}`;
}

export interface DeltaWords {
  delta: Delta;
  text: string;
  /** With what it was before. */
  spoken: string;
}

export function useDelta(): (figure: Figure, now: FigureValues, before: FigureValues | null) => DeltaWords | null {
  const { t } = useTranslation();
  const format = useFormat();
  return (figure, now, before) => {
    const delta = before && deltaOf(figure, now[figure.id], before[figure.id]);
    if (!delta) return null;
    const text = written(format, figure, delta) + (figure.unit === "share" ? ` ${t("reports.points")}` : "");
    const was = format.figure(figure.unit, before[figure.id], figure.decimals);
    return { delta, text, spoken: t("reports.was", { was, change: text }) };
  };
}
