import { type CSSProperties, type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "./Failure";
import classes from "./ListPanel.module.css";
import table from "./Table.module.css";
import { Empty, RowsSkeleton } from "./Waiting";

interface Asked {
  isPending: boolean;
  isError: boolean;
  error: unknown;
  refetch: () => unknown;
}

interface Props {
  title: string;
  /** What the list is made from; it waits for all of it. */
  asked: readonly Asked[];
  /** Beside the title. */
  tools?: ReactNode;
  /** The heads of the columns; `null` is that of the buttons of each row. */
  columns: readonly (string | null)[];
  rows: ReactNode[];
  empty?: { title: string; text: string; action?: ReactNode };
  waitingRows?: number;
  /** Below the table: what opens from it. */
  children?: ReactNode;
}

/** The heads of the columns for the style sheet, which shows them in the rows where there is no head. */
function columnNames(columns: readonly (string | null)[]): CSSProperties {
  const named = columns.map((column, at) => [`--column-${at + 1}`, column === null ? "none" : JSON.stringify(column)]);
  return Object.fromEntries(named);
}

/** A list in a panel: its title, and the rows; or that they are on their way, could not be had, or are none. */
export function ListPanel({ title, asked, tools, columns, rows, empty, waitingRows, children }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const failed = asked.find((one) => one.isError);
  const isPending = !failed && asked.some((one) => one.isPending);
  return (
    <section className="panel" aria-labelledby={id}>
      <div className={classes.title}>
        <h2 id={id}>{title}</h2>
        {tools}
      </div>
      {isPending && <RowsSkeleton rows={waitingRows} />}
      {failed && <Failure error={failed.error} onRetry={() => void failed.refetch()} />}
      {!isPending && !failed && rows.length === 0 && empty && (
        <Empty title={empty.title} text={empty.text}>
          {empty.action}
        </Empty>
      )}
      {rows.length > 0 && (
        <div className={classes.scroll} style={columnNames(columns)}>
          <table className={table.table}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    {column ?? <span className="visually-hidden">{t("callbacks.actions")}</span>}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{rows}</tbody>
          </table>
        </div>
      )}
      {children}
    </section>
  );
}
