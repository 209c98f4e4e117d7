import { useTranslation } from "react-i18next";
import { useSettings } from "../api/queries";
import type { CustomerLevel } from "../api/shapes";
import { useLabel } from "../i18n";

/** The levels of the settings, with the one that a record has, even where the settings do not know it any more. */
export function useLevels(): { levels: CustomerLevel[]; levelOf: (code: string) => CustomerLevel } {
  const levels = useSettings().data?.customers.levels ?? [];
  return {
    levels,
    levelOf: (code) =>
      levels.find((level) => level.code === code) ?? { code, label_en: code, label_zh: code, is_important: false },
  };
}

/** The attributes of the settings, and those that a record has besides. */
export function useAttributes(): (has: Record<string, string>) => { code: string; label: string }[] {
  const label = useLabel();
  const known = useSettings().data?.customers.attributes ?? [];
  return (has) => {
    const others = Object.keys(has).filter((code) => !known.some((one) => one.code === code));
    return [
      ...known.map((one) => ({ code: one.code, label: label(one) })),
      ...others.map((code) => ({ code, label: code })),
    ];
  };
}

/** What a field of a record is called. */
export function useFieldWord(): (field: string) => string {
  const { t } = useTranslation();
  const attributes = useAttributes();
  return (field) => {
    const [, code] = /^attributes\.(.+)$/.exec(field) ?? [];
    if (code === undefined) return t(`customers.field.${field as "name"}`, { defaultValue: field });
    return attributes({}).find((one) => one.code === code)?.label ?? code;
  };
}

/** How a customer is called where they have no name. */
export function useNameWord(): (customer: { name: string; numbers: { number: string }[] }) => string {
  const { t } = useTranslation();
  return ({ name, numbers }) => name || numbers[0]?.number || t("customers.nameless");
}
