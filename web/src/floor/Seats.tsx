import { useElementSize, useMergedRef } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useLive } from "../live/store";
import { Empty } from "../parts/Waiting";
import { COMPACT_FROM, chooseSeats, type FloorFilter } from "./filters";
import { SeatCard } from "./SeatCard";
import { SeatDetail } from "./SeatDetail";
import classes from "./Seats.module.css";
import { SeatTools } from "./SeatTools";
import type { ChangeFilter } from "./useFloorFilter";

/** In rem, so that a wall screen, which has larger letters, has larger cards as well. */
const CARD = { width: 12.25, height: 4.625, gap: 0.5 };
const COMPACT = { width: 9.75, height: 2.75, gap: 0.375 };

function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/** Only the rows on the screen exist: 900 seats cost no more than 90. */
function SeatGrid({ ids, compact, onOpen }: { ids: string[]; compact: boolean; onOpen: (id: string) => void }) {
  const { ref: sized, width } = useElementSize<HTMLDivElement>();
  const grid = useRef<HTMLDivElement>(null);
  const ref = useMergedRef(sized, grid);
  const [top, setTop] = useState(0);
  const size = compact ? COMPACT : CARD;
  const unit = rem();
  const columns = Math.max(1, Math.floor((width + size.gap * unit) / ((size.width + size.gap) * unit)));
  const rows = useWindowVirtualizer({
    count: Math.ceil(ids.length / columns),
    estimateSize: () => (size.height + size.gap) * unit,
    overscan: 6,
    scrollMargin: top,
  });
  // What stands above the grid moves it, so its place is measured after each render.
  useLayoutEffect(() => {
    const box = grid.current?.getBoundingClientRect();
    if (box) setTop(Math.round(box.top + window.scrollY));
  });
  const height = (size.height + size.gap) * unit;
  const { measure } = rows;
  // Rows of another height must be measured again.
  useLayoutEffect(measure, [height, measure]);
  return (
    <div ref={ref} className={classes.grid} style={{ height: rows.getTotalSize() }}>
      {rows.getVirtualItems().map((row) => (
        <div
          key={row.key}
          className={classes.row}
          style={{
            transform: `translateY(${row.start - top}px)`,
            height: size.height * unit,
            gap: size.gap * unit,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          }}
        >
          {ids.slice(row.index * columns, (row.index + 1) * columns).map((id) => (
            <SeatCard key={id} id={id} compact={compact} onOpen={onOpen} />
          ))}
        </div>
      ))}
    </div>
  );
}

export function Seats({ filter, change }: { filter: FloorFilter; change: ChangeFilter }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<string | null>(null);
  const open = useCallback((id: string) => setOpened(id), []);
  const ids = useLive(useShallow((live) => chooseSeats(live.entities.seats, filter)));
  const hasSeats = useLive((live) => Object.keys(live.entities.seats).length > 0);
  const compact = filter.density === "compact" || (filter.density === "auto" && ids.length > COMPACT_FROM);
  return (
    <section aria-labelledby="seats-title" className={classes.seats}>
      <SeatTools filter={filter} change={change} shown={ids.length} />
      {ids.length > 0 && <SeatGrid ids={ids} compact={compact} onOpen={open} />}
      {ids.length === 0 && hasSeats && <Empty title={t("floor.noMatch")} text={t("floor.noMatchText")} />}
      {!hasSeats && <Empty title={t("floor.noSeats")} text={t("floor.noSeatsText")} />}
      <SeatDetail id={opened} onClose={() => setOpened(null)} />
    </section>
  );
}
