import { IconAlertTriangle, IconArrowRight, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import table from "../parts/Table.module.css";
import classes from "./Imports.module.css";
import type { Becomes, PreviewRow } from "./imports";
import { useReason } from "./reasons";

/** What the first rows would become. */
export function Preview({ rows }: { rows: PreviewRow[] }) {
  const { t } = useTranslation();
  return (
    <div className={classes.block}>
      <h3>{t("import.preview")}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section className={classes.lines} aria-label={t("import.preview")} tabIndex={0}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.right}>
                {t("import.line")}
              </th>
              <th scope="col">{t("calls.number")}</th>
              <th scope="col">{t("import.becomes")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <PreviewLine key={row.line} row={row} />
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function PreviewLine({ row }: { row: PreviewRow }) {
  const { t } = useTranslation();
  const reason = useReason();
  const fault = row.error;
  return (
    <tr data-state={fault ? "error" : row.duplicate ? "duplicate" : "good"}>
      <td className={`num ${table.right}`}>{row.line}</td>
      <td className="num">{row.row ? row.row.number + (row.row.is_prefix ? "*" : "") : (fault?.value ?? "")}</td>
      <td>
        {fault && (
          <span className={classes.fault}>
            <IconAlertTriangle size={14} aria-hidden />
            {fault.column && <b>{fault.column}:</b>} {reason(fault)}
          </span>
        )}
        {!fault && row.duplicate && (
          <span className={classes.twin}>
            <IconCopy size={14} aria-hidden />
            {t(`import.reasons.${row.duplicate as "from_file"}`)}
          </span>
        )}
        {!fault && !row.duplicate && row.row && <New row={row.row} />}
      </td>
    </tr>
  );
}

function New({ row }: { row: Becomes }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { expires, ...shown } = row.attributes;
  const labels = Object.fromEntries(row.labels) as Record<string, string | undefined>;
  const labelled = (number: string) => {
    const label = labels[number];
    return label ? t("import.labelled", { number, label }) : number;
  };
  const parts = [
    row.name,
    labels[row.number],
    ...row.other_numbers.map(labelled),
    row.priority === null ? "" : `${t("import.roles.priority")} ${row.priority}`,
    row.owner_agent && `${t("import.roles.owner_agent")} ${row.owner_agent}`,
    row.due_at === null ? "" : `${t("target.dueAt")} ${format.dateMinute(row.due_at)}`,
    expires ? `${t("import.roles.expires")} ${format.date(Number(expires))}` : "",
    row.time_zones,
    row.level,
    row.reference,
    row.note,
    ...(row.consent
      ? [
          t(`customers.consent.${row.consent as "given"}`),
          row.consent_at === null ? "" : format.date(row.consent_at),
          row.consent_how,
        ]
      : []),
    row.do_not_call && t("customers.doNotCall"),
    ...Object.entries(shown).map(([name, value]) => (value ? `${name}: ${value}` : "")),
  ].filter(Boolean);
  return (
    <span className={classes.good}>
      <IconArrowRight size={14} aria-hidden />
      {parts.join(" · ") || t("import.justNumber")}
    </span>
  );
}
