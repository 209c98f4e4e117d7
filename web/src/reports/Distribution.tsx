import { IconFlag } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import type { Figure } from "../api/shapes";
import { useFormula } from "../floor/Figures";
import { useLabel } from "../i18n";
import { Failure } from "../parts/Failure";
import { RowsSkeleton } from "../parts/Waiting";
import classes from "./Distribution.module.css";
import { type Line, misses, totalsOf } from "./lines";
import page from "./ReportsPage.module.css";
import type { Days } from "./ranges";
import { useReport } from "./report";
import type { Filters, Opened } from "./view";

interface BarProps {
  figure: Figure;
  line: Line;
  /** What fills the whole width. */
  most: number;
  onOpen: (opened: Opened) => void;
}

function Bar({ figure, line, most, onOpen }: BarProps) {
  const label = useLabel();
  const formula = useFormula();
  const format = useFormat();
  const value = line.figures[figure.id] ?? null;
  const isBad = misses(figure, value);
  const percent = (part: number) => `${most > 0 ? Math.min(100, (part / most) * 100) : 0}%`;
  return (
    <li>
      <button
        type="button"
        className={classes.row}
        title={formula(figure)}
        disabled={value === null}
        data-bad={isBad || undefined}
        onClick={() => onOpen({ ...line.scope, figure: figure.id, part: "numerator" })}
      >
        <span className={classes.name}>{label(figure)}</span>
        <span className={classes.track} aria-hidden>
          <span className={classes.bar} style={{ width: percent(value ?? 0) }} />
          {figure.target !== null && <span className={classes.target} style={{ left: percent(figure.target) }} />}
        </span>
        <span className={`num ${classes.value}`}>
          {isBad && <IconFlag size={12} aria-hidden />}
          {format.figure(figure.unit, value, figure.decimals)}
        </span>
      </button>
    </li>
  );
}

interface DistributionProps {
  days: Days;
  filters: Filters;
  figures: Figure[];
  onOpen: (opened: Opened) => void;
}

/** How the waiting is spread, and the service level by each way of counting it. */
export function Distribution({ days, filters, figures, onOpen }: DistributionProps) {
  const { t } = useTranslation();
  const waits = figures.filter((figure) => figure.group === "wait" && figure.unit === "seconds");
  const levels = figures.filter(
    (figure) => figure.unit === "share" && figure.group === "level" && figure.direction === "up",
  );
  const ids = [...waits, ...levels].map(({ id }) => id);
  const result = useReport({ subject: "queues", days, interval: "none", filters, figures: ids });
  if (ids.length === 0) return null;
  const line = result.data && totalsOf(result.data, filters);
  const longest = Math.max(1, ...waits.map(({ id }) => line?.figures[id] ?? 0));
  return (
    <section className="panel" aria-labelledby="distribution-title">
      <div className={page.head}>
        <h2 id="distribution-title">{t("reports.distribution")}</h2>
      </div>
      {result.isPending && <RowsSkeleton rows={8} />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {line && (
        <div className={classes.lists}>
          <ul>
            {waits.map((figure) => (
              <Bar key={figure.id} figure={figure} line={line} most={longest} onOpen={onOpen} />
            ))}
          </ul>
          <ul>
            {levels.map((figure) => (
              <Bar key={figure.id} figure={figure} line={line} most={1} onOpen={onOpen} />
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
