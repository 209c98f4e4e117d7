import type { ReactNode } from "react";
import { useFormat } from "../api/queries";
import type { Figure, FigureValues } from "../api/shapes";
import { useFormula } from "../floor/Figures";
import { useLabel } from "../i18n";
import table from "../parts/Table.module.css";
import classes from "./LinesTable.module.css";
import page from "./ReportsPage.module.css";

interface CellProps {
  figure: Figure;
  value: number | null;
  name: string;
  opens: (figure: string, name: string, value: string) => string;
  onOpen: (() => void) | undefined;
}

function Cell({ figure, value, name, opens, onOpen }: CellProps) {
  const format = useFormat();
  const label = useLabel()(figure);
  const text = format.figure(figure.unit, value, figure.decimals);
  if (value === null || value === 0 || !onOpen) return <td className={`num ${table.right}`}>{text}</td>;
  return (
    <td className={`num ${table.right}`}>
      <button type="button" className={classes.number} aria-label={opens(label, name, text)} onClick={onOpen}>
        {text}
      </button>
    </td>
  );
}

export interface FiguresLine {
  id: string;
  name: string;
  figures: FigureValues;
}

interface LinesProps<Line extends FiguresLine> {
  /** What the table is of, for who does not see it. */
  caption: string;
  /** What the lines are. */
  head: string;
  figures: Figure[];
  lines: Line[];
  totals?: { name: string; figures: FigureValues };
  /** What stands behind a line's name. */
  mark?: (line: Line) => ReactNode;
  /** What a click on a number shows, in words. */
  opens: (figure: string, name: string, value: string) => string;
  /** `null`: the number of everything together. Without it no number opens anything. */
  onOpen?: (figure: Figure, line: Line | null) => void;
}

/** Lines with their figures; each number opens what it counts. */
export function LinesTable<Line extends FiguresLine>(props: LinesProps<Line>) {
  const { caption, head, figures, lines, totals, mark, opens, onOpen } = props;
  const label = useLabel();
  const formula = useFormula();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section className={page.scroll} aria-label={caption} tabIndex={0}>
      <table className={`${table.table} ${classes.lines}`}>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {figures.map((figure) => (
              <th key={figure.id} scope="col" className={table.right} title={formula(figure)}>
                {label(figure)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.id}>
              <th scope="row">
                {line.name}
                {mark?.(line)}
              </th>
              {figures.map((figure) => (
                <Cell
                  key={figure.id}
                  figure={figure}
                  value={line.figures[figure.id] ?? null}
                  name={line.name}
                  opens={opens}
                  onOpen={onOpen && (() => onOpen(figure, line))}
                />
              ))}
            </tr>
          ))}
        </tbody>
        {totals && (
          <tfoot>
            <tr>
              <th scope="row">{totals.name}</th>
              {figures.map((figure) => (
                <Cell
                  key={figure.id}
                  figure={figure}
                  value={totals.figures[figure.id] ?? null}
                  name={totals.name}
                  opens={opens}
                  onOpen={onOpen && (() => onOpen(figure, null))}
                />
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}
