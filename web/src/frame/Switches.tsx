import { ActionIcon, Button, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { chooseLanguage, useLanguage } from "../i18n";

export function LanguageSwitch() {
  const { t } = useTranslation();
  const language = useLanguage();
  const other = language === "zh" ? "en" : "zh";
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-sm"
      lang={other === "zh" ? "zh-CN" : "en"}
      onClick={() => chooseLanguage(other)}
    >
      {t("frame.otherLanguage")}
    </Button>
  );
}

export function ThemeSwitch() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const label = scheme === "dark" ? t("frame.light") : t("frame.dark");
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}
      >
        {scheme === "dark" ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}
