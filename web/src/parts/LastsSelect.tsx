import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Instant } from "../api/shapes";
import { serverNow } from "../live/clock";

const DAY_SECONDS = 86_400;

/** How long something opens: so many days, or until it is revoked. */
export type Lasts = "never" | "1" | "30" | "365";

/** When it expires, from now on; null: never. */
export function expiryOf(lasts: Lasts): Instant | null {
  return lasts === "never" ? null : serverNow() + Number(lasts) * DAY_SECONDS;
}

interface Props {
  label: string;
  choices: readonly Lasts[];
  value: Lasts;
  onChange: (lasts: Lasts) => void;
  error: string | null;
}

export function LastsSelect({ label, choices, value, onChange, error }: Props) {
  const { t } = useTranslation();
  return (
    <Select
      label={label}
      data={choices.map((choice) => ({ value: choice, label: t(`lasts.${choice}`) }))}
      value={value}
      onChange={(choice) => choice && onChange(choice)}
      allowDeselect={false}
      error={error}
    />
  );
}
