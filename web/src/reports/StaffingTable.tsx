import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { duration, NOTHING } from "../format";
import { walk } from "./Numbers";
import numbers from "./Numbers.module.css";
import report from "./ReportTable.module.css";
import classes from "./StaffingPage.module.css";
import type { StaffingRow } from "./shapes";

interface RowProps {
  row: StaffingRow;
  word: string;
  onOpen: (figure: string) => void;
}

function Opens({ value, onClick }: { value: string; onClick: () => void }) {
  return (
    <button type="button" className={numbers.number} onClick={onClick}>
      {value}
    </button>
  );
}

function Row({ row, word, onOpen }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const there = row.expected_there;
  const isShort = row.difference < 0;
  return (
    <tr>
      <th scope="row">{word}</th>
      <td className="num">
        {row.offered > 0 ? <Opens value={format.number(row.offered)} onClick={() => onOpen("offered")} /> : 0}
      </td>
      <td className="num">
        {row.aht_seconds === null ? NOTHING : duration(row.aht_seconds)}
        {row.aht_is_of_span && row.aht_seconds !== null && <small title={t("staffing.ahtOfSpan")}> *</small>}
      </td>
      <td className="num">{row.erlangs.toFixed(2)}</td>
      <td className="num">
        <strong>{row.seats_needed}</strong>
        {row.seats_scheduled !== row.seats_needed && <small> ({row.seats_scheduled})</small>}
      </td>
      <td className="num">{row.seats_there.toFixed(1)}</td>
      <td className="num" data-bad={isShort || undefined}>
        {isShort && <IconAlertTriangle size={12} role="img" aria-label={t("staffing.tooFew")} />}{" "}
        {row.difference > 0 ? "+" : isShort ? "−" : ""}
        {Math.abs(row.difference).toFixed(1)}
      </td>
      <td className="num">
        {row.service_level === null ? (
          NOTHING
        ) : (
          <Opens value={format.share(row.service_level)} onClick={() => onOpen("service_level")} />
        )}
      </td>
      <td className="num">{format.figure("share", row.expected.service_level)}</td>
      <td className="num">{format.figure("share", there?.service_level)}</td>
      <td className="num">{format.figure("share", there?.occupancy)}</td>
    </tr>
  );
}

const COLUMNS = [
  "offered",
  "aht",
  "erlangs",
  "needed",
  "there",
  "difference",
  "level",
  "expected",
  "expectedThere",
  "occupancyThere",
] as const;

export function StaffingTable({
  rows,
  word,
  onOpen,
}: {
  rows: StaffingRow[];
  word: (row: StaffingRow) => string;
  onOpen: (row: StaffingRow, figure: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <div className={report.scroll}>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: arrow keys walk over its numbers */}
      <table className={`${report.table} ${classes.table}`} role="grid" onKeyDown={walk}>
        <caption className="visually-hidden">{t("staffing.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("reports.interval")}</th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" title={t(`staffing.meaning.${column}`)}>
                {t(`staffing.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.start} row={row} word={word(row)} onOpen={(figure) => onOpen(row, figure)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
