import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { ATTEMPT_OUTCOMES, type CallbackList } from "../api/shapes";
import { Outcome } from "../parts/Outcome";
import classes from "./OutcomeCounts.module.css";

/** How a list's attempts ended, each outcome that happened with its number. */
export function OutcomeCounts({ list }: { list: CallbackList }) {
  const { t } = useTranslation();
  const format = useFormat();
  const outcomes = ATTEMPT_OUTCOMES.filter((outcome) => list.outcomes[outcome]);
  if (outcomes.length === 0) return null;
  return (
    <dl className={classes.outcomes} aria-label={t("callbacks.outcomes")}>
      {outcomes.map((outcome) => (
        <div key={outcome}>
          <dt>
            <Outcome outcome={outcome} of="attempt" />
          </dt>
          <dd className="num">{format.number(list.outcomes[outcome] ?? 0)}</dd>
        </div>
      ))}
    </dl>
  );
}
