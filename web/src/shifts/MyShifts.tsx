import { useTranslation } from "react-i18next";
import { Failure } from "../parts/Failure";
import { useDayWord } from "../reports/labels";
import { PartList } from "./Parts";
import classes from "./Shifts.module.css";
import { useMine } from "./shifts";

/** The agent's own shifts of today and tomorrow. */
export function MyShifts() {
  const { t } = useTranslation();
  const dayWord = useDayWord();
  const mine = useMine();
  if (mine.isPending) return null;
  return (
    <section className="panel" aria-labelledby="desk-shifts">
      <div className={classes.head}>
        <h2 id="desk-shifts">{t("shifts.mine")}</h2>
      </div>
      {mine.isError && <Failure error={mine.error} onRetry={() => void mine.refetch()} />}
      {mine.data?.shifts.length === 0 && <p className={`muted ${classes.told}`}>{t("shifts.noneOfMine")}</p>}
      {mine.data?.shifts.map((shift) => (
        <div key={shift.day} className={classes.briefing}>
          <h3>{dayWord(shift.day)}</h3>
          <PartList parts={shift.parts} />
        </div>
      ))}
    </section>
  );
}
