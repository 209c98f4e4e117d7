import { Tooltip } from "@mantine/core";
import { IconFlag } from "@tabler/icons-react";
import type { ComponentProps, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useFigures, useFormat, useMay } from "../api/queries";
import type { Figure } from "../api/shapes";
import { useLabel } from "../i18n";
import { ALL, useFrozen } from "../live/health";
import { useEntity, useLive } from "../live/store";
import { Timer } from "../live/Timer";
import classes from "./Figures.module.css";
import { floorFigures, meetsTarget } from "./filters";
import { OpensCounted } from "./OpensCounted";
import { useServiceLevelRule } from "./serviceLevel";

/** Figures with a target lead; counts and parts stand below them, smaller. */
export function isLeading(figure: Figure): boolean {
  return figure.target !== null;
}

export function useFormula(): (figure: Figure) => string {
  const language = useTranslation().i18n.language;
  return (figure) => (language === "zh" ? figure.formula_zh : figure.formula_en);
}

interface TileProps extends ComponentProps<"div"> {
  label: string;
  note?: ReactNode;
  rule?: string;
  isBad?: boolean;
}

function Tile({ label, note, rule, isBad, children, ...others }: TileProps) {
  return (
    <div {...others} className={classes.tile} data-bad={isBad || undefined}>
      <dt>
        {label}
        {rule && <span className={classes.rule}>{rule}</span>}
      </dt>
      <dd>
        <span className={`num ${classes.value}`}>{children}</span>
        <span className={classes.note}>{note}</span>
      </dd>
    </div>
  );
}

function FigureTile({ figure, scope }: { figure: Figure; scope: string }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formula = useFormula();
  const format = useFormat();
  const mayOpen = useMay("see_reports");
  const value = useLive((live) => live.entities.figures[scope]?.[figure.id] ?? null);
  const misses = value !== null && figure.target !== null && !meetsTarget(figure.direction, value, figure.target);
  const rule = useServiceLevelRule()(scope);
  const isLevel = figure.id === "service_level";
  const meaning = isLevel && rule ? rule : formula(figure);
  const formulaText = value === null ? `${meaning} — ${t("floor.noValue")}` : meaning;
  return (
    <Tooltip label={formulaText} multiline maw={340} openDelay={250} events={{ hover: true, focus: true, touch: true }}>
      <Tile
        tabIndex={mayOpen && value !== null ? undefined : 0}
        label={label(figure)}
        isBad={misses}
        note={figure.target !== null && <Target figure={figure} misses={misses} />}
        rule={isLevel ? rule : undefined}
      >
        <OpensCounted figure={figure} value={value} scope={scope}>
          {format.figure(figure.unit, value, figure.decimals)}
        </OpensCounted>
      </Tile>
    </Tooltip>
  );
}

function Target({ figure, misses }: { figure: Figure; misses: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const target = `${figure.direction === "down" ? "≤" : "≥"} ${format.target(figure.unit, figure.target ?? 0)}`;
  return (
    <>
      {misses && <IconFlag size={12} aria-hidden />}
      {misses ? t("floor.targetMissed", { target }) : t("floor.target", { target })}
    </>
  );
}

function NowTiles({ scope }: { scope: string }) {
  const { t } = useTranslation();
  const gauges = useEntity("gauges", "*");
  const queue = useEntity("queues", scope);
  const source = scope === "*" ? gauges : queue;
  const ready = source?.seats?.ready ?? 0;
  const pbx = scope === "*" ? ALL : (queue?.pbx ?? ALL);
  return (
    <>
      <Tile label={t("floor.waitingNow")}>{source?.waiting ?? 0}</Tile>
      <Tile label={t("floor.longestWait")}>
        {source?.oldest_joined_at ? <Timer since={source.oldest_joined_at} pbx={pbx} /> : "0:00"}
      </Tile>
      <Tile label={t("floor.readySeats")}>{ready}</Tile>
    </>
  );
}

/** What has not happened today is named, not given a tile each: a page of zeros hides the figures that matter. */
function RestTiles({ figures, scope }: { figures: Figure[]; scope: string }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formula = useFormula();
  const zero = useLive(
    useShallow((live) => figures.filter(({ id, unit }) => unit === "count" && !live.entities.figures[scope]?.[id])),
  );
  return (
    <dl className={classes.rest}>
      {figures
        .filter((figure) => !zero.includes(figure))
        .map((figure) => (
          <FigureTile key={figure.id} figure={figure} scope={scope} />
        ))}
      {zero.length > 0 && (
        <div className={`${classes.tile} ${classes.zero}`}>
          <dt>{t("floor.zeroToday")}</dt>
          <dd>
            {zero.map((figure) => (
              <span key={figure.id} title={formula(figure)}>
                {label(figure)}
              </span>
            ))}
          </dd>
        </div>
      )}
    </dl>
  );
}

/** The figures of today for all queues (`*`) or one (`pbx/queue`), straight from the server's catalogue. */
export function Figures({ scope }: { scope: string }) {
  const { t } = useTranslation();
  const figures = floorFigures(useFigures().data ?? []);
  const pbx = useLive((live) => live.entities.queues[scope]?.pbx ?? ALL);
  const isStale = useFrozen(pbx) !== null;
  return (
    <section
      aria-label={t("floor.figuresOfToday")}
      className={`panel ${classes.figures}`}
      data-stale={isStale || undefined}
    >
      <dl className={classes.lead}>
        <NowTiles scope={scope} />
        {figures.filter(isLeading).map((figure) => (
          <FigureTile key={figure.id} figure={figure} scope={scope} />
        ))}
      </dl>
      <RestTiles figures={figures.filter((figure) => !isLeading(figure))} scope={scope} />
    </section>
  );
}
