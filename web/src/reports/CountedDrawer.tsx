import { Drawer, SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useFigures, useFormat, useQueueWord } from "../api/queries";
import type { Figure } from "../api/shapes";
import { useFormula } from "../floor/Figures";
import { usePauseReason } from "../floor/usePauseReason";
import { useLabel } from "../i18n";
import { Failure } from "../parts/Failure";
import { MoreButton } from "../parts/MoreButton";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./CountedDrawer.module.css";
import { CountedTable } from "./CountedTable";
import { useDayWord } from "./labels";
import page from "./ReportsPage.module.css";
import { isDay } from "./ranges";
import { queueOf, useCounted } from "./report";
import type { Opened } from "./view";

interface CountedProps {
  opened: Opened;
  figure: Figure;
  onPart: (part: Opened["part"]) => void;
}

/** Which span, queue, agent, team the list is about. */
function About({ opened }: { opened: Opened }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queueWord = useQueueWord();
  const reason = usePauseReason();
  const { pbx, queue } = queueOf(opened.queue);
  const dayWord = useDayWord();
  const edge = (text: string) => (isDay(text) ? dayWord(text) : format.dateMinute(Number(text)));
  const said = [
    opened.from === opened.to ? edge(opened.from) : `${edge(opened.from)} – ${edge(opened.to)}`,
    opened.reason && reason(opened.reason),
    opened.weekday && format.weekday(Number(opened.weekday)),
    opened.hour && t("reports.hourOfDay", { from: opened.hour, to: Number(opened.hour) + 1 }),
    queue && queueWord(pbx, queue),
    opened.team === "" ? t("reports.noTeam") : opened.team,
    opened.agent && t("reports.agentNumber", { number: opened.agent }),
  ];
  return <p className="muted">{said.filter(Boolean).join(" · ")}</p>;
}

function Parts({ opened, figure, onPart }: CountedProps) {
  const { t } = useTranslation();
  if (figure.denominator.length === 0) return null;
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("reports.part")}
      value={opened.part}
      onChange={(part) => onPart(part as Opened["part"])}
      data={(["numerator", "denominator"] as const).map((part) => ({ value: part, label: t(`reports.parts.${part}`) }))}
    />
  );
}

function Rows({ opened, figure, onPart }: CountedProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const result = useCounted(opened);
  const first = result.data?.pages[0];
  const rows = result.data?.pages.flatMap((part) => part.rows) ?? [];
  const isSum = figure.unit === "seconds" && first !== undefined && first.total !== first.count;
  return (
    <>
      <div className={classes.bar}>
        <Parts opened={opened} figure={figure} onPart={onPart} />
        {first && (
          <span className="num">
            <strong>
              {t(`reports.kind.${first.kind}`, { count: first.count, number: format.number(first.count) })}
            </strong>
            {isSum && ` · ${t("reports.inAll", { total: format.figure("seconds", first.total) })}`}
          </span>
        )}
      </div>
      {result.isPending && <RowsSkeleton rows={10} />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {first && rows.length === 0 && (
        <Empty title={t("reports.nothingCounted")} text={t("reports.nothingCountedText")} />
      )}
      {first && rows.length > 0 && <CountedTable kind={first.kind} rows={rows} />}
      {result.hasNextPage && (
        <div className={page.more}>
          <span className="muted">{t("reports.shownOf", { shown: rows.length, all: first?.count ?? 0 })}</span>
          <MoreButton pages={result} />
        </div>
      )}
    </>
  );
}

interface DrawerProps {
  opened: Opened | null;
  onOpen: (opened: Opened | null) => void;
}

/** The list behind a number: the calls, rings, conversations or spells that it counts. */
export default function CountedDrawer({ opened, onOpen }: DrawerProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const formula = useFormula();
  const isPhone = useMediaQuery("(max-width: 48rem)");
  const figure = useFigures().data?.find(({ id }) => id === opened?.figure);
  return (
    <Drawer
      opened={opened !== null}
      onClose={() => onOpen(null)}
      position="right"
      size={isPhone ? "100%" : "56rem"}
      overlayProps={{ backgroundOpacity: 0.25 }}
      title={figure ? label(figure) : t("reports.counted")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
      classNames={{ body: classes.body }}
    >
      {opened && figure && (
        <>
          <p className={classes.formula}>{formula(figure)}</p>
          <About opened={opened} />
          <Rows opened={opened} figure={figure} onPart={(part) => onOpen({ ...opened, part })} />
        </>
      )}
    </Drawer>
  );
}
