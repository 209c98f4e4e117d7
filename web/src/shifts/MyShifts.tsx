import { useTranslation } from "react-i18next";
import { Failure } from "../parts/Failure";
import { useDayWord } from "../reports/labels";
import { addDays } from "../reports/ranges";
import { shiftWord } from "./clock";
import { PartList } from "./Parts";
import classes from "./Shifts.module.css";
import { useMine } from "./shifts";

/** The agent's own shifts: today and tomorrow with their parts, those of the two weeks that begin today in a line each. */
export function MyShifts() {
  const { t } = useTranslation();
  const dayWord = useDayWord();
  const mine = useMine();
  if (mine.isPending) return null;
  const { shifts = [], today = "" } = mine.data ?? {};
  const isNear = ({ day }: { day: string }) => day <= addDays(today, 1);
  const later = shifts.filter((shift) => !isNear(shift));
  return (
    <section className="panel" aria-labelledby="desk-shifts">
      <div className={classes.head}>
        <h2 id="desk-shifts">{t("shifts.mine")}</h2>
      </div>
      {mine.isError && <Failure error={mine.error} onRetry={() => void mine.refetch()} />}
      {mine.data && shifts.length === 0 && <p className={`muted ${classes.told}`}>{t("shifts.noneOfMine")}</p>}
      {shifts.filter(isNear).map((shift) => (
        <div key={shift.day} className={classes.briefing}>
          <h3>{dayWord(shift.day)}</h3>
          <PartList parts={shift.parts} />
        </div>
      ))}
      {later.length > 0 && (
        <div className={classes.briefing}>
          <h3>{t("shifts.laterOfMine", { day: dayWord(addDays(today, 13)) })}</h3>
          {later.map((shift) => (
            <details key={shift.day}>
              <summary>
                {dayWord(shift.day)} <span className="num">{shiftWord(shift.parts)}</span>
              </summary>
              <PartList parts={shift.parts} />
            </details>
          ))}
        </div>
      )}
    </section>
  );
}
