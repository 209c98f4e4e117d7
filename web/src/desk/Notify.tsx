import { Switch } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { hasNotifications, isSwitchedOn, switchNotifications } from "./notify";

/** Whether the desktop tells when the phone rings or a message comes. */
export function Notify() {
  const { t } = useTranslation();
  const [isOn, setOn] = useState(isSwitchedOn);
  const [isRefused, setRefused] = useState(false);
  async function change(wanted: boolean) {
    const granted = await switchNotifications(wanted);
    setOn(granted);
    setRefused(wanted && !granted);
  }
  if (!hasNotifications()) return null;
  return (
    <Switch
      size="sm"
      label={t("desk.notify")}
      error={isRefused ? t("desk.notifyRefused") : undefined}
      checked={isOn}
      onChange={(event) => void change(event.currentTarget.checked)}
    />
  );
}
