import { Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useLabel } from "../i18n";
import { useLevels } from "./words";

interface Known {
  name: string;
  level: string;
}

interface Props {
  known: Known;
  change: (known: Partial<Known>) => void;
  /** Why the server refused a field. */
  at: (field: string) => string | null;
  isFirst?: boolean;
}

/** What a customer is called, and how important they are: of the levels of the settings, or the one they have. */
export function NameAndLevel({ known, change, at, isFirst }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  const { levels, levelOf } = useLevels();
  const offered = known.level && !levels.some(({ code }) => code === known.level) ? [levelOf(known.level)] : [];
  return (
    <>
      <TextInput
        data-autofocus={isFirst || undefined}
        label={t("customers.field.name")}
        value={known.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        error={at("name")}
        maxLength={200}
      />
      <Select
        label={t("customers.field.level")}
        placeholder={t("customers.noLevel")}
        clearable
        clearButtonProps={{ "aria-label": t("customers.noLevel") }}
        data={[...levels, ...offered].map((level) => ({ value: level.code, label: label(level) }))}
        value={known.level || null}
        onChange={(level) => change({ level: level ?? "" })}
        error={at("level")}
      />
    </>
  );
}
