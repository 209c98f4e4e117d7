import { useTranslation } from "react-i18next";
import type { ListProgress } from "../api/shapes";
import classes from "./Progress.module.css";

const PARTS = ["reached", "closed", "in_air"] as const;

/** How far a list has come: reached, given up, in the air; the rest is open. */
export function Progress({ list, large = false }: { list: ListProgress; large?: boolean }) {
  const { t } = useTranslation();
  const done = list.reached + list.closed;
  const all = Math.max(1, list.targets);
  const words = t("callbacks.doneOf", { done, targets: list.targets });
  return (
    <div className={classes.progress} data-large={large || undefined}>
      <div
        className={classes.bar}
        role="img"
        aria-label={`${words}, ${t("callbacks.reachedCount", { count: list.reached })}`}
      >
        {PARTS.map((part) => (
          <i key={part} data-part={part} style={{ width: `${(list[part] / all) * 100}%` }} />
        ))}
      </div>
      <span className="num muted">{words}</span>
    </div>
  );
}
