import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { query } from "../api/client";
import { useFormat } from "../api/queries";
import type { Figure } from "../api/shapes";
import { useFormula } from "../floor/Figures";
import { useLabel } from "../i18n";
import { type Line, nextSort, REASON, ranks, type Sort, sorted } from "./lines";
import { NumberCell, walk } from "./Numbers";
import numbers from "./Numbers.module.css";
import classes from "./ReportTable.module.css";
import type { IntervalBounds } from "./report";
import type { Opened, Subject } from "./view";

/** More rows than this are made on request only: a browser feels ten thousand buttons. */
const MOST_ROWS = 250;

export interface ExtraColumn {
  id: string;
  label: string;
}

interface TableProps {
  subject: Subject;
  figures: Figure[];
  /** Columns that are no figures: paused time by reason. */
  extras: ExtraColumn[];
  lines: Line[];
  totals: Line;
  sort: Sort;
  onSort: (sort: string) => void;
  intervalWord: (bounds: IntervalBounds) => string;
  /** By which figure the lines are ranked, if they are. */
  rankedBy: Figure | null;
  onOpen: (opened: Opened) => void;
  caption: string;
}

function HeadCell({
  label,
  meaning,
  target,
  sorting,
  isName,
  onSort,
}: {
  label: string;
  meaning: string;
  target?: string;
  sorting: "ascending" | "descending" | "none";
  isName?: boolean;
  onSort: () => void;
}) {
  const Arrow = sorting === "ascending" ? IconArrowUp : sorting === "descending" ? IconArrowDown : null;
  return (
    <th scope="col" aria-sort={sorting} className={isName ? classes.name : undefined}>
      <Tooltip
        label={meaning}
        disabled={!meaning}
        multiline
        maw={340}
        openDelay={250}
        events={{ hover: true, focus: true, touch: false }}
      >
        <button type="button" className={classes.sort} onClick={onSort}>
          <span>
            {label}
            {target && <small>{target}</small>}
          </span>
          {Arrow && <Arrow size={13} aria-hidden />}
        </button>
      </Tooltip>
    </th>
  );
}

function useTargetWord(): (figure: Figure) => string | undefined {
  const format = useFormat();
  return ({ target, direction, unit }) =>
    target === null ? undefined : `${direction === "down" ? "≤" : "≥"} ${format.target(unit, target)}`;
}

function Head({ subject, figures, extras, sort, onSort, rankedBy, lines }: TableProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const formula = useFormula();
  const targetWord = useTargetWord();
  const sortingOf = (id: string) => (sort.id !== id ? "none" : sort.isDescending ? "descending" : "ascending");
  const isByInterval = lines.some((line) => line.bounds !== null);
  return (
    <thead>
      <tr>
        {rankedBy && (
          <th scope="col" className={classes.name} title={t("reports.rankedBy", { figure: label(rankedBy) })}>
            {t("reports.rank")}
          </th>
        )}
        <HeadCell
          label={isByInterval ? t("reports.interval") : t(`reports.subject.${subject}`)}
          meaning=""
          sorting={sortingOf("name")}
          isName
          onSort={() => onSort(nextSort(sort, null))}
        />
        {figures.map((figure) => (
          <HeadCell
            key={figure.id}
            label={label(figure)}
            meaning={formula(figure)}
            target={targetWord(figure)}
            sorting={sortingOf(figure.id)}
            onSort={() => onSort(nextSort(sort, figure))}
          />
        ))}
        {extras.map((extra) => (
          <th key={extra.id} scope="col" className={classes.extra}>
            {extra.label}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Numbers({
  line,
  figures,
  extras,
  onOpen,
}: Pick<TableProps, "figures" | "extras" | "onOpen"> & { line: Line }) {
  const format = useFormat();
  const first = figures.find((figure) => (line.figures[figure.id] ?? null) !== null);
  return (
    <>
      {figures.map((figure) => (
        <NumberCell key={figure.id} figure={figure} line={line} isFirst={figure === first} onOpen={onOpen} />
      ))}
      {extras.map(({ id, label }) => {
        const seconds = format.figure("seconds", line.figures[id]);
        const reason = id.slice(REASON.length);
        return (
          <td key={id} className={`num ${classes.extra}`} data-label={label}>
            {line.figures[id] ? (
              <button
                type="button"
                tabIndex={-1}
                className={numbers.number}
                aria-label={`${label}: ${seconds}`}
                onClick={() => onOpen({ ...line.scope, figure: "paused_seconds", part: "numerator", reason })}
              >
                {seconds}
              </button>
            ) : (
              seconds
            )}
          </td>
        );
      })}
    </>
  );
}

/** An agent's name leads to what he or she did, action by action. */
function Name({ line, subject, children }: { line: Line; subject: Subject; children?: ReactNode }) {
  const { t } = useTranslation();
  const { row } = line;
  if (!row) return children;
  const name = row.name || t("reports.noTeam");
  if (subject !== "agents" || !row.agent) return name;
  return (
    <>
      <Link href={`/reports/actions${query({ agent: row.agent })}`} title={t("action.ofAgent", { name })}>
        {name}
      </Link>{" "}
      <small className="num muted">{row.name !== row.agent && row.agent}</small>
    </>
  );
}

interface RowProps extends TableProps {
  line: Line;
  level: 0 | 1;
  place: number | undefined;
  isOpen: boolean;
  onToggle: () => void;
}

function Row(props: RowProps) {
  const { line, level, subject, rankedBy, place, isOpen, onToggle, intervalWord } = props;
  const { t } = useTranslation();
  const ofTeam = level === 0 && line.inner.length > 0 && line.row !== null;
  const word = line.bounds && level === 0 ? intervalWord(line.bounds) : "";
  const name = (
    <Name line={line} subject={ofTeam ? "teams" : subject}>
      {word}
    </Name>
  );
  return (
    <tr data-level={level} data-sum={ofTeam || undefined}>
      {rankedBy && <td className="num muted">{place ?? ""}</td>}
      <th scope="row">
        {line.inner.length > 0 && (
          <ActionIcon
            size="xs"
            variant="subtle"
            color="gray"
            aria-expanded={isOpen}
            aria-label={t("reports.detail", { of: line.row?.name || word || t("reports.noTeam") })}
            onClick={onToggle}
          >
            {isOpen ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
          </ActionIcon>
        )}
        {name}
      </th>
      <Numbers {...props} />
    </tr>
  );
}

function useToggles(): [(key: string) => boolean, (key: string) => void] {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) =>
    setToggled((before) => {
      const next = new Set(before);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  return [(key) => toggled.has(key), toggle];
}

export function ReportTable(props: TableProps) {
  const { lines, totals, sort, rankedBy, caption } = props;
  const { t } = useTranslation();
  const [isAll, setAll] = useState(false);
  const [isToggled, toggle] = useToggles();
  const inOrder = sorted(lines, sort);
  // Teams are there to show their agents; intervals first of all to be compared.
  const isOpen = (line: Line) => (line.row !== null) !== isToggled(line.key);
  const places = rankedBy
    ? ranks(
        lines.flatMap((line) => (line.inner.length > 0 ? line.inner : [line])),
        rankedBy,
      )
    : null;
  const rows = inOrder.flatMap((line) => [
    { line, level: 0 as const },
    ...(isOpen(line) ? line.inner.map((inner) => ({ line: inner, level: 1 as const })) : []),
  ]);
  const shown = isAll ? rows : rows.slice(0, MOST_ROWS);
  return (
    <>
      <div className={classes.scroll}>
        {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: arrow keys walk over its numbers */}
        <table className={classes.table} role="grid" onKeyDown={walk} aria-describedby="report-keys">
          <caption className="visually-hidden">{caption}</caption>
          <Head {...props} />
          <tbody>
            {shown.map(({ line, level }) => (
              <Row
                key={line.key}
                {...props}
                line={line}
                level={level}
                place={places?.get(line.key)}
                isOpen={isOpen(line)}
                onToggle={() => toggle(line.key)}
              />
            ))}
          </tbody>
          <tfoot>
            <tr>
              {rankedBy && <td />}
              <th scope="row">{t("reports.totals")}</th>
              <Numbers {...props} line={totals} />
            </tr>
          </tfoot>
        </table>
      </div>
      <p id="report-keys" className="visually-hidden">
        {t("reports.keys")}
      </p>
      {rows.length > shown.length && (
        <Button size="xs" variant="subtle" m="xs" onClick={() => setAll(true)}>
          {t("reports.showAll", { count: rows.length })}
        </Button>
      )}
    </>
  );
}
