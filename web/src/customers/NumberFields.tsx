import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/queries";
import classes from "./Customers.module.css";
import type { OwnNumber } from "./customers";

const MOST = 50;

interface Props {
  numbers: OwnNumber[];
  onChange: (numbers: OwnNumber[]) => void;
  at: (field: string) => string | null;
}

/** The numbers of a customer, each with what it is called; the first one is told first. */
export function NumberFields({ numbers, onChange, at }: Props) {
  const { t } = useTranslation();
  const seesNumbers = useMay("see_numbers");
  const put = (place: number, fields: Partial<OwnNumber>) =>
    onChange(numbers.map((one, nth) => (nth === place ? { ...one, ...fields } : one)));
  // The server counts those that were sent: lines that hold a number.
  const sentAs = (place: number) => numbers.slice(0, place).filter(({ number }) => number.trim()).length;
  const refusedAt = (place: number) => at(`numbers.${sentAs(place)}.number`) ?? at(`numbers.${sentAs(place)}`);
  return (
    <fieldset className={classes.numbers}>
      <legend>{t("customers.field.numbers")}</legend>
      {numbers.map((one, place) => (
        <div key={place} className={classes.number}>
          <TextInput
            aria-label={t("customers.numberNth", { nth: place + 1 })}
            placeholder={t("customers.numberHint")}
            inputMode="tel"
            maxLength={64}
            value={one.number}
            readOnly={!seesNumbers && one.number.includes("*")}
            onChange={(event) => put(place, { number: event.currentTarget.value })}
            error={one.number.trim() ? refusedAt(place) : null}
          />
          <TextInput
            aria-label={t("customers.labelNth", { nth: place + 1 })}
            placeholder={t("customers.labelHint")}
            maxLength={64}
            value={one.label}
            onChange={(event) => put(place, { label: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("customers.removeNth", { nth: place + 1 })}
            onClick={() => onChange(numbers.filter((_, nth) => nth !== place))}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      {numbers.length < MOST && (
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...numbers, { number: "", label: "" }])}
        >
          {t("customers.addNumber")}
        </Button>
      )}
    </fieldset>
  );
}
