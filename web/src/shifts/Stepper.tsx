import { ActionIcon, TextInput } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { addDays, type Day, isDay } from "../reports/ranges";
import classes from "./Shifts.module.css";

interface Props {
  day: Day;
  /** How many days a step goes. */
  step: 1 | 7;
  onChange: (day: Day) => void;
}

/** A day, or the week that it is in, and a step to the one before or after; what is to come, too. */
export function Stepper({ day, step, onChange }: Props) {
  const { t } = useTranslation();
  const words = step === 1 ? (["dayBefore", "dayAfter"] as const) : (["weekBefore", "weekAfter"] as const);
  return (
    <fieldset className={classes.stepper}>
      <legend className="visually-hidden">{t("shifts.day")}</legend>
      <ActionIcon
        variant="default"
        size={30}
        aria-label={t(`shifts.${words[0]}`)}
        onClick={() => onChange(addDays(day, -step))}
      >
        <IconChevronLeft size={16} />
      </ActionIcon>
      <TextInput
        size="xs"
        type="date"
        required
        aria-label={t("shifts.day")}
        value={day}
        onChange={({ currentTarget: { value } }) => isDay(value) && onChange(value)}
      />
      <ActionIcon
        variant="default"
        size={30}
        aria-label={t(`shifts.${words[1]}`)}
        onClick={() => onChange(addDays(day, step))}
      >
        <IconChevronRight size={16} />
      </ActionIcon>
    </fieldset>
  );
}
