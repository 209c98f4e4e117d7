import { useMay } from "../api/queries";
import type { Figure } from "../api/shapes";
import { useLabel } from "../i18n";
import { ALL } from "../live/health";
import { useOpened } from "../reports/useOpened";
import { useToday } from "../reports/useToday";
import { EVERYTHING } from "../reports/view";
import classes from "./OpensCounted.module.css";

interface OpensProps {
  figure: Figure;
  value: number | null;
  /** `pbx/queue`, or `*` for all. */
  scope: string;
  /** The value as it is written. */
  children: string;
}

/** A figure of today that opens what it counts, for those who may see reports. */
export function OpensCounted({ figure, value, scope, children }: OpensProps) {
  const label = useLabel();
  const may = useMay("see_reports");
  const today = useToday();
  const [, open] = useOpened();
  if (!may || value === null) return children;
  const opened = {
    ...EVERYTHING,
    figure: figure.id,
    part: "numerator" as const,
    from: today,
    to: today,
    queue: scope === ALL ? "" : scope,
  };
  return (
    <button
      type="button"
      className={classes.opens}
      aria-label={`${label(figure)}: ${children}`}
      onClick={() => open(opened)}
    >
      {children}
    </button>
  );
}
