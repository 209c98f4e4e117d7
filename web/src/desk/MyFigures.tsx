import { IconFlag } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client";
import type { Rank } from "../api/described";
import { queryClient, useFigures, useFormat } from "../api/queries";
import type { Figure, SeatState } from "../api/shapes";
import { useFormula } from "../floor/Figures";
import { meetsTarget } from "../floor/filters";
import { useLabel } from "../i18n";
import { Failure } from "../parts/Failure";
import { RowsSkeleton } from "../parts/Waiting";
import classes from "./Desk.module.css";

const AGAIN_MS = 30_000;
const KEY = ["reports", "mine"] as const;

function Value({ figure, value, rank }: { figure: Figure; value: number | null; rank: Rank | undefined }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formula = useFormula();
  const format = useFormat();
  const { target, direction, unit } = figure;
  const misses = target !== null && value !== null && !meetsTarget(direction, value, target);
  const limit = target === null ? "" : `${direction === "down" ? "≤" : "≥"} ${format.target(unit, target)}`;
  return (
    <div title={formula(figure)} data-bad={misses || undefined}>
      <dt>{label(figure)}</dt>
      <dd>
        <span className="num">{format.figure(unit, value, figure.decimals)}</span>
        {limit && (
          <small>
            {misses && <IconFlag size={12} aria-hidden />}
            {misses ? t("floor.targetMissed", { target: limit }) : t("floor.target", { target: limit })}
          </small>
        )}
        {rank && <small>{t("desk.rank", { ...rank })}</small>}
      </dd>
    </div>
  );
}

/** The agent's own day, counted like any report; asked for again when a state has ended. */
export function MyFigures({ state }: { state: SeatState }) {
  const { t } = useTranslation();
  const catalogue = useFigures().data ?? [];
  const mine = useQuery({
    queryKey: KEY,
    queryFn: () => ask("GET /api/reports/mine"),
    refetchInterval: AGAIN_MS,
  });
  // A new state is when something has ended.
  useEffect(() => void queryClient.invalidateQueries({ queryKey: KEY }), [state]);
  if (mine.isPending) return <RowsSkeleton rows={2} />;
  if (mine.isError) return <Failure error={mine.error} onRetry={() => void mine.refetch()} />;
  const { figures, ranks } = mine.data;
  return (
    <section className={`panel ${classes.figures}`} aria-labelledby="desk-figures">
      <h2 id="desk-figures">{t("desk.figures")}</h2>
      <dl>
        {Object.entries(figures).map(([id, value]) => {
          const figure = catalogue.find((one) => one.id === id);
          return figure && <Value key={id} figure={figure} value={value} rank={ranks[id]} />;
        })}
      </dl>
    </section>
  );
}
