import { SegmentedControl, Select, TextInput, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconGridDots, IconLayoutGrid, IconSearch, IconSparkles } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useSettings } from "../api/queries";
import { SEAT_STATES, type SeatState } from "../api/shapes";
import { ALL, useFrozen } from "../live/health";
import { useLive } from "../live/store";
import { countStates, DENSITIES, type Density, type FloorFilter, SORTS, type Sort } from "./filters";
import { SeatGlyph } from "./SeatGlyph";
import classes from "./Seats.module.css";
import type { ChangeFilter } from "./useFloorFilter";

interface ToolProps {
  filter: FloorFilter;
  change: ChangeFilter;
}

function StateCounts({ filter, change }: ToolProps) {
  const { t } = useTranslation();
  const counts = useLive(useShallow((live) => countStates(live.entities.seats, filter)));
  const isStale = useFrozen(ALL) !== null;
  const toggle = (state: SeatState) =>
    change({
      states: filter.states.includes(state)
        ? filter.states.filter((kept) => kept !== state)
        : [...filter.states, state],
    });
  return (
    <fieldset className={classes.counts} data-stale={isStale || undefined}>
      <VisuallyHidden component="legend">{t("floor.byState")}</VisuallyHidden>
      {SEAT_STATES.filter((state) => counts[state] || filter.states.includes(state)).map((state) => (
        <button
          key={state}
          type="button"
          className={classes.count}
          aria-pressed={filter.states.includes(state)}
          onClick={() => toggle(state)}
        >
          <SeatGlyph state={state} small still />
          {t(`seat.state.${state}`)}
          <b className="num">{counts[state] ?? 0}</b>
        </button>
      ))}
    </fieldset>
  );
}

const DENSITY_ICONS = { auto: IconSparkles, cards: IconLayoutGrid, compact: IconGridDots };

function DensityChoice({ filter, change }: ToolProps) {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("floor.density")}
      value={filter.density}
      onChange={(value) => change({ density: value as Density })}
      data={DENSITIES.map((density) => {
        const Icon = DENSITY_ICONS[density];
        return {
          value: density,
          label: (
            <Tooltip label={t(`floor.densities.${density}`)}>
              <span style={{ display: "grid" }}>
                <Icon size={16} aria-hidden />
                <VisuallyHidden>{t(`floor.densities.${density}`)}</VisuallyHidden>
              </span>
            </Tooltip>
          ),
        };
      })}
    />
  );
}

/** Counts by state (which are filters too), then search, team, order and density. */
export function SeatTools({ filter, change, shown }: ToolProps & { shown: number }) {
  const { t } = useTranslation();
  const teams = useSettings().data?.teams ?? [];
  return (
    <div className={classes.tools}>
      <h2 id="seats-title">
        {t("floor.seats")} <span className="muted num">{shown}</span>
      </h2>
      <StateCounts filter={filter} change={change} />
      <div className={classes.fields}>
        <TextInput
          className={classes.search}
          size="xs"
          type="search"
          leftSection={<IconSearch size={14} />}
          placeholder={t("floor.search")}
          aria-label={t("floor.search")}
          value={filter.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        {teams.length > 0 && (
          <Select
            className={classes.select}
            size="xs"
            aria-label={t("floor.team")}
            data={[{ value: "", label: t("floor.allTeams") }, ...teams.map((team) => ({ value: team, label: team }))]}
            value={filter.team}
            onChange={(team) => change({ team: team ?? "" })}
            allowDeselect={false}
          />
        )}
        <Select
          className={classes.select}
          size="xs"
          aria-label={t("floor.sort")}
          data={SORTS.map((sort) => ({ value: sort, label: t(`floor.sorts.${sort}`) }))}
          value={filter.sort}
          onChange={(sort) => change({ sort: (sort ?? "number") as Sort })}
          allowDeselect={false}
        />
        <DensityChoice filter={filter} change={change} />
      </div>
    </div>
  );
}
