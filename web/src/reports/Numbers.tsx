import { IconCaretDownFilled, IconCaretUpFilled, IconFlag } from "@tabler/icons-react";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import type { Figure } from "../api/shapes";
import { useLabel } from "../i18n";
import type { DeltaWords } from "./labels";
import { useDelta } from "./labels";
import { type Line, misses } from "./lines";
import classes from "./Numbers.module.css";
import type { Opened } from "./view";

function Change({ words }: { words: DeltaWords }) {
  const { delta, text, spoken } = words;
  const Arrow = delta.difference > 0 ? IconCaretUpFilled : delta.difference < 0 ? IconCaretDownFilled : null;
  return (
    <small className={classes.change} data-tone={delta.tone} title={spoken}>
      {Arrow && <Arrow size={10} aria-hidden />}
      {text}
    </small>
  );
}

interface NumberProps {
  figure: Figure;
  line: Line;
  /** Only the first number of a row is a stop of the Tab key; the arrows lead to the others. */
  isFirst: boolean;
  onOpen: (opened: Opened) => void;
}

/** A number that opens what it counts. */
export function NumberCell({ figure, line, isFirst, onOpen }: NumberProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const label = useLabel();
  const change = useDelta()(figure, line.figures, line.before);
  const value = line.figures[figure.id] ?? null;
  const isBad = misses(figure, value);
  const text = format.figure(figure.unit, value, figure.decimals);
  const name = `${label(figure)}: ${text}${isBad ? `, ${t("reports.missed")}` : ""}`;
  const open = () => onOpen({ ...line.scope, figure: figure.id, part: "numerator" });
  return (
    <td className={`num ${classes.cell}`} data-bad={isBad || undefined} data-label={label(figure)}>
      {value === null ? (
        <span className={classes.none}>{text}</span>
      ) : (
        <button
          type="button"
          className={classes.number}
          tabIndex={isFirst ? 0 : -1}
          data-figure={figure.id}
          aria-label={name}
          onClick={open}
        >
          {isBad && <IconFlag size={12} aria-hidden />}
          {text}
        </button>
      )}
      {change && <Change words={change} />}
    </td>
  );
}

const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

function cellAt(table: HTMLTableElement, row: number, column: number): HTMLElement | null {
  return table.rows[row]?.cells[column]?.querySelector<HTMLElement>("button, a") ?? null;
}

/** Arrow keys lead from number to number, over whatever opens nothing. */
export function walk(event: KeyboardEvent<HTMLTableElement>): void {
  const step = STEPS[event.key];
  const cell = (event.target as HTMLElement).closest<HTMLTableCellElement>("td, th");
  const from = cell?.parentElement as HTMLTableRowElement | null;
  if (!step || !cell || !from) return;
  const table = event.currentTarget;
  let row = from.rowIndex + step[0];
  let column = cell.cellIndex + step[1];
  while (row >= 0 && row < table.rows.length && column >= 0 && column < from.cells.length) {
    const found = cellAt(table, row, column);
    if (found) {
      event.preventDefault();
      found.focus();
      return;
    }
    row += step[0];
    column += step[1];
  }
}
