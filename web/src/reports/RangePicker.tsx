import { ActionIcon, Select, TextInput } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./RangePicker.module.css";
import { type Days, isDay, PRESETS } from "./ranges";
import { useToday } from "./useToday";
import { type Chosen, chosenDays, type Range, shifted } from "./view";

interface PickerProps {
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
}

function DayInputs({ days, onChoose }: { days: Days; onChoose: (chosen: Chosen) => void }) {
  const { t } = useTranslation();
  return (["from", "to"] as const).map((edge) => (
    <TextInput
      key={edge}
      size="xs"
      type="date"
      required
      aria-label={t(`calls.${edge}`)}
      value={days[edge]}
      onChange={({ currentTarget: { value } }) => {
        if (!isDay(value)) return;
        const next = { ...days, [edge]: value };
        // Whoever moves one end past the other means that single day.
        const ordered = next.from <= next.to ? next : { from: value, to: value };
        onChoose({ range: "custom", days: ordered });
      }}
    />
  ));
}

/** Presets, any days, and a step to the days before or after. */
export function RangePicker({ chosen, onChoose }: PickerProps) {
  const { t } = useTranslation();
  const today = useToday();
  const days = chosenDays(chosen, today);
  const later = shifted(days, 1);
  const choose = (range: Range) => onChoose(range === "custom" ? { range, days } : { range, days: null });
  return (
    <fieldset className={classes.picker}>
      <legend className="visually-hidden">{t("calls.range")}</legend>
      <ActionIcon
        variant="default"
        size={30}
        aria-label={t("reports.earlier")}
        onClick={() => onChoose({ range: "custom", days: shifted(days, -1) })}
      >
        <IconChevronLeft size={16} />
      </ActionIcon>
      <Select
        size="xs"
        className={classes.preset}
        aria-label={t("calls.range")}
        data={[...PRESETS, "custom" as const].map((value) => ({ value, label: t(`reports.range.${value}`) }))}
        value={chosen.range}
        onChange={(range) => range && choose(range as Range)}
        allowDeselect={false}
        maxDropdownHeight={360}
      />
      {chosen.range === "custom" && <DayInputs days={days} onChoose={onChoose} />}
      <ActionIcon
        variant="default"
        size={30}
        aria-label={t("reports.later")}
        disabled={later.from > today}
        onClick={() => onChoose({ range: "custom", days: later })}
      >
        <IconChevronRight size={16} />
      </ActionIcon>
    </fieldset>
  );
}
