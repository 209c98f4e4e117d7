import { useTranslation } from "react-i18next";
import { useMay, useSeesAll } from "../api/queries";
import { Failure } from "../parts/Failure";
import { useTitle } from "../parts/useTitle";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./Books.module.css";
import { useGaps } from "./books";
import { Comparisons } from "./Comparisons";
import { GapTable } from "./Gaps";

/** Where our account has gaps, and whether it agrees with Asterisk's. */
export default function BooksPage() {
  const { t } = useTranslation();
  const seesCalls = useMay("see_calls");
  const seesAll = useSeesAll();
  const gaps = useGaps(null);
  useTitle(t("books.title"));
  return (
    <div className={classes.page}>
      <h1>{t("books.title")}</h1>
      {seesCalls && seesAll && <Comparisons />}
      <section className="panel" aria-labelledby="gaps-title">
        <div className={classes.head}>
          <h2 id="gaps-title">{t("books.gaps")}</h2>
          <span className={classes.quiet}>{t("books.gapsText")}</span>
        </div>
        {gaps.isPending && <RowsSkeleton rows={4} />}
        {gaps.isError && <Failure error={gaps.error} onRetry={() => void gaps.refetch()} />}
        {gaps.data?.length === 0 && <Empty title={t("books.noGaps")} text={t("books.noGapsText")} />}
        {gaps.data && gaps.data.length > 0 && (
          <div className={classes.scroll}>
            <GapTable gaps={gaps.data} />
          </div>
        )}
      </section>
    </div>
  );
}
