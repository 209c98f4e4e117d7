import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { User } from "./users";

const BROWSERS = "browser";

interface Props {
  value: User["language"];
  onChange: (language: User["language"]) => void;
  error: string | null;
}

/** The language of an account; none means that of the browser. */
export function LanguageSelect({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  return (
    <Select
      label={t("users.language")}
      data={[
        { value: BROWSERS, label: t("users.browsers") },
        { value: "en", label: t("users.english") },
        { value: "zh", label: t("users.chinese") },
      ]}
      value={value || BROWSERS}
      onChange={(chosen) => chosen && onChange(chosen === BROWSERS ? "" : (chosen as "en" | "zh"))}
      allowDeselect={false}
      error={error}
    />
  );
}
