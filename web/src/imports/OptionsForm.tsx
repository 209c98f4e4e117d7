import { NumberInput, Select, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./Imports.module.css";
import type { Options } from "./imports";

const DUPLICATES = ["skip", "merge", "refuse"] as const;
const OTHER_LISTS = ["allow", "skip", "refuse"] as const;

interface Props {
  kind: "targets" | "customers";
  options: Options;
  onChange: (options: Options) => void;
}

/** What becomes of numbers that came before, of extensions, and when targets are due. */
export function OptionsForm({ kind, options, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <div className={classes.options}>
      <Select
        size="xs"
        label={t("import.duplicates")}
        data={DUPLICATES.map((value) => ({ value: value as string, label: t(`import.policy.${value}`) }))}
        value={options.duplicates}
        onChange={(value) => onChange({ ...options, duplicates: (value ?? "skip") as Options["duplicates"] })}
        allowDeselect={false}
      />
      {kind === "targets" && <OfTargets options={options} onChange={onChange} />}
    </div>
  );
}

/** What only callback lists know: other lists, due dates, extensions. */
function OfTargets({ options, onChange }: Omit<Props, "kind">) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        size="xs"
        label={t("import.otherLists")}
        data={OTHER_LISTS.map((value) => ({ value: value as string, label: t(`import.policy.${value}`) }))}
        value={options.other_lists}
        onChange={(value) => onChange({ ...options, other_lists: (value ?? "allow") as Options["other_lists"] })}
        allowDeselect={false}
      />
      {options.columns?.includes("due_date") && (
        <NumberInput
          size="xs"
          label={t("import.dueDays")}
          min={0}
          max={3650}
          allowDecimal={false}
          value={options.due_days}
          onChange={(days) => onChange({ ...options, due_days: Number(days) || 0 })}
        />
      )}
      <Switch
        size="xs"
        className={classes.wide}
        label={t("import.keepExtensions")}
        checked={options.extensions === "keep"}
        onChange={(event) => onChange({ ...options, extensions: event.currentTarget.checked ? "keep" : "refuse" })}
      />
    </>
  );
}
