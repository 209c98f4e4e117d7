import { Button } from "@mantine/core";
import { useElementSize, useMergedRef, useViewportSize } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useMay } from "../api/queries";
import { useLive } from "../live/store";
import { Empty } from "../parts/Waiting";
import { BulkBar } from "./BulkBar";
import { choose } from "./bulk";
import { COMPACT_FROM, chooseSeats, countStates, type FloorFilter } from "./filters";
import { CARD, type CardSize, COMPACT, columnsFor, fitCards, GROW_UP_TO, ROOMY } from "./fit";
import { SeatCard } from "./SeatCard";
import { SeatDetail } from "./SeatDetail";
import classes from "./Seats.module.css";
import { SeatTools } from "./SeatTools";
import type { ChangeFilter } from "./useFloorFilter";

/** From this width on a screen hangs on a wall, and cards may grow a lot; on a desk they grow a little. */
const WALL_FROM = 1800;
const MOST = { wall: 2.2, desk: 1.3 };
/** Pixels that stay free under the last card. */
const BELOW = 32;

function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

const AS_EVER = { size: CARD, scale: 1 };

/** How cards are drawn with `count` seats below `top`; `count` is null where they must not grow. */
function useCards(count: number | null, width: number, top: number): { size: CardSize; scale: number } {
  const screen = useViewportSize();
  if (count === null || count > GROW_UP_TO) return AS_EVER;
  const room = { width, height: screen.height - top - BELOW, rem: rem() };
  return fitCards(count, room, screen.width >= WALL_FROM ? MOST.wall : MOST.desk);
}

interface GridProps {
  ids: string[];
  compact: boolean;
  /** For how many seats there must be room; null where cards keep their size. */
  growFor: number | null;
  /** Null while seats are opened and not chosen. */
  chosen: ReadonlySet<string> | null;
  onPress: (id: string, isSpan: boolean) => void;
}

/** Only the rows on the screen exist: 900 seats cost no more than 90. */
function SeatGrid({ ids, compact, growFor, chosen, onPress }: GridProps) {
  const { ref: sized, width } = useElementSize<HTMLDivElement>();
  const grid = useRef<HTMLDivElement>(null);
  const ref = useMergedRef(sized, grid);
  const [top, setTop] = useState(0);
  const unit = rem();
  const cards = useCards(growFor, width, top);
  const { size, scale } = compact ? { size: COMPACT, scale: 1 } : cards;
  const columns = columnsFor(size, scale, { width, height: 0, rem: unit });
  const height = (size.height * scale + size.gap) * unit;
  const rows = useWindowVirtualizer({
    count: Math.ceil(ids.length / columns),
    estimateSize: () => height,
    overscan: 6,
    scrollMargin: top,
  });
  // What stands above the grid moves it, so its place is measured after each render.
  useLayoutEffect(() => {
    const box = grid.current?.getBoundingClientRect();
    if (box) setTop(Math.round(box.top + window.scrollY));
  });
  const { measure } = rows;
  // Rows of another height must be measured again.
  useLayoutEffect(measure, [height, measure]);
  return (
    <div
      ref={ref}
      className={classes.grid}
      style={{ height: rows.getTotalSize(), ["--scale" as string]: scale }}
      data-roomy={size === ROOMY || undefined}
    >
      {rows.getVirtualItems().map((row) => (
        <div
          key={row.key}
          className={classes.row}
          style={{
            transform: `translateY(${row.start - top}px)`,
            height: size.height * scale * unit,
            gap: size.gap * unit,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          }}
        >
          {ids.slice(row.index * columns, (row.index + 1) * columns).map((id) => (
            <SeatCard key={id} id={id} compact={compact} isChosen={chosen?.has(id)} onPress={onPress} />
          ))}
        </div>
      ))}
    </div>
  );
}

/** Which seats are chosen, while several are; a press with shift goes on from the press before. */
function useChoosing(shown: readonly string[]) {
  const [chosen, set] = useState<ReadonlySet<string> | null>(null);
  const last = useRef<string | null>(null);
  const ids = useRef(shown);
  ids.current = shown;
  const press = useCallback((id: string, isSpan: boolean) => {
    const from = isSpan ? last.current : null;
    set((before) => choose(before ?? new Set(), ids.current, id, from));
    last.current = id;
  }, []);
  const begin = useCallback(() => set(new Set()), []);
  const end = useCallback(() => set(null), []);
  return { chosen, isChoosing: chosen !== null, set, press, begin, end };
}

export function Seats({ filter, change }: { filter: FloorFilter; change: ChangeFilter }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<string | null>(null);
  const ids = useLive(useShallow((live) => chooseSeats(live.entities.seats, filter)));
  const choosing = useChoosing(ids);
  const { isChoosing, press: choosePress } = choosing;
  const press = useCallback(
    (id: string, isSpan: boolean) => (isChoosing ? choosePress(id, isSpan) : setOpened(id)),
    [isChoosing, choosePress],
  );
  const controls = useMay("control_seats");
  const hasSeats = useLive((live) => Object.keys(live.entities.seats).length > 0);
  const compact = filter.density === "compact" || (filter.density === "auto" && ids.length > COMPACT_FROM);
  // Whatever their state: cards that change their size whenever a call ends could not be read.
  const inScope = useLive((live) =>
    Object.values(countStates(live.entities.seats, filter)).reduce((sum, count) => sum + count, 0),
  );
  const growFor = filter.density === "auto" && !compact ? inScope : null;
  return (
    <section aria-labelledby="seats-title" className={classes.seats}>
      <SeatTools filter={filter} change={change} shown={ids.length} />
      {controls && choosing.chosen === null && hasSeats && (
        <Button size="compact-sm" variant="default" className={classes.several} onClick={choosing.begin}>
          {t("bulk.begin")}
        </Button>
      )}
      {choosing.chosen !== null && (
        <BulkBar chosen={choosing.chosen} shown={ids} onChoose={choosing.set} onClose={choosing.end} />
      )}
      {ids.length > 0 && (
        <SeatGrid ids={ids} compact={compact} growFor={growFor} chosen={choosing.chosen} onPress={press} />
      )}
      {ids.length === 0 && hasSeats && <Empty title={t("floor.noMatch")} text={t("floor.noMatchText")} />}
      {!hasSeats && <Empty title={t("floor.noSeats")} text={t("floor.noSeatsText")} />}
      <SeatDetail id={opened} onClose={() => setOpened(null)} />
    </section>
  );
}
