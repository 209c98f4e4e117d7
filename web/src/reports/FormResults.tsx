import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { RESULTS } from "../forms/forms";
import { Failure } from "../parts/Failure";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./CallbacksPage.module.css";
import { type FormResults as Results, useFormResults } from "./callbacks";
import { ExportButtons } from "./ExportButtons";
import { RangePicker } from "./RangePicker";
import { useToday } from "./useToday";
import { type Chosen, chosenDays } from "./view";

interface BarsProps {
  title: string;
  note: string;
  counts: [label: string, count: number][];
}

function Bars({ title, note, counts }: BarsProps) {
  const format = useFormat();
  const widest = Math.max(1, ...counts.map(([, count]) => count));
  return (
    <section>
      <h2>
        {title}
        <small>{note}</small>
      </h2>
      <ul>
        {counts.map(([label, count]) => (
          <li key={label}>
            <span>{label}</span>
            <span
              className={classes.bar}
              style={{ width: `${(count / widest) * 100}%`, minWidth: count > 0 ? 2 : 0 }}
              aria-hidden
            />
            <span className="num">{format.number(count)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Answers({ results }: { results: Results }) {
  const { t } = useTranslation();
  const word = (key: string, label: string, isYesNo: boolean) =>
    isYesNo ? t(key === "yes" ? "forms.yes" : "forms.no") : label;
  return (
    <div className={classes.answers}>
      <Bars
        title={t("forms.resultOf")}
        note={t("callbackReport.records", { count: results.records })}
        counts={RESULTS.map((result) => [t(`forms.result.${result}`), results.results[result] ?? 0])}
      />
      {results.questions.map((question) => {
        const mean =
          question.mean === null
            ? ""
            : ` · ${t("callbackReport.mean", { mean: question.mean.toFixed(2), smallest: question.smallest, largest: question.largest })}`;
        return (
          <Bars
            key={question.id}
            title={question.label}
            note={`${t("callbackReport.answered", { count: question.answered })}${mean}`}
            counts={question.counts.map(([key, label, count]) => [word(key, label, question.kind === "yes_no"), count])}
          />
        );
      })}
    </div>
  );
}

/** What was answered on a list's record form, question by question. */
export function FormResults({ list }: { list: string }) {
  const { t } = useTranslation();
  const today = useToday();
  const [chosen, choose] = useState<Chosen>({ range: "last_30_days", days: null });
  const days = { ...chosenDays(chosen, today), ...(chosen.range === "last_30_days" ? { to: today } : {}) };
  const results = useFormResults(list, days);
  return (
    <>
      <search className={classes.filters}>
        <RangePicker chosen={chosen} onChoose={choose} />
        <ExportButtons name="forms" asked={{ ...days, list }} />
      </search>
      {results.isPending && <RowsSkeleton rows={5} />}
      {results.isError && <Failure error={results.error} onRetry={() => void results.refetch()} />}
      {results.data?.records === 0 && (
        <Empty title={t("callbackReport.noRecords")} text={t("callbackReport.noRecordsText")} />
      )}
      {results.data && results.data.records > 0 && <Answers results={results.data} />}
    </>
  );
}
