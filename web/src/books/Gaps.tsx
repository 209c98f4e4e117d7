import { IconCheck, IconFileOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import type { Gap } from "../api/shapes";
import { duration } from "../format";
import table from "../parts/Table.module.css";
import classes from "./Books.module.css";

/** What became of the calls of a gap, in words. */
export function Came({ gap }: { gap: Gap }) {
  const { t } = useTranslation();
  if (!gap.is_readable) {
    return (
      <span className={gap.lost > 0 ? classes.bad : classes.quiet}>
        <IconFileOff size={14} aria-hidden /> {t("books.unreadable", { count: gap.lost })}
      </span>
    );
  }
  if (gap.recovered === 0 && gap.lost === 0) return <span className={classes.quiet}>{t("books.nothingMissed")}</span>;
  return (
    <span>
      <IconCheck size={14} aria-hidden className={classes.good} /> {t("books.recovered", { count: gap.recovered })}
      {gap.lost > 0 && <span className={classes.bad}> · {t("books.lost", { count: gap.lost })}</span>}
    </span>
  );
}

export function GapTable({ gaps }: { gaps: Gap[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{t("books.from")}</th>
          <th scope="col" className={table.right}>
            {t("books.length")}
          </th>
          <th scope="col">{t("books.pbx")}</th>
          <th scope="col">{t("books.why")}</th>
          <th scope="col">{t("books.calls")}</th>
        </tr>
      </thead>
      <tbody>
        {gaps.map((gap) => (
          <tr key={`${gap.pbx} ${gap.since}`}>
            <td className={`num ${classes.when}`}>{format.dateTime(gap.since)}</td>
            <td className={`num ${table.right}`}>{duration(gap.until - gap.since)}</td>
            <td>{gap.pbx}</td>
            <td>{t(`books.reason.${gap.reason}`)}</td>
            <td>
              <Came gap={gap} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
