import { Button, type ButtonProps, Menu } from "@mantine/core";
import { IconPlayerPause } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../api/queries";
import type { Seat } from "../api/shapes";
import { duration } from "../format";
import { useLabel } from "../i18n";
import type { Wishing } from "./seats";

/** The reasons of the settings; the one that is on already is marked. */
export function PauseMenu({ seat, wishing, ...props }: { seat: Seat; wishing: Wishing } & ButtonProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const reasons = useSettings().data?.pause_reasons ?? [];
  return (
    <Menu position="bottom-start" shadow="md" width={240}>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} aria-hidden />}
          disabled={wishing.isPending}
          {...props}
        >
          {seat.is_paused ? t("command.otherReason") : t("command.pause")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {reasons.map((reason) => (
          <Menu.Item
            key={reason.code}
            disabled={seat.reason === reason.code}
            rightSection={
              reason.limit_seconds > 0 && <small className="num muted">{duration(reason.limit_seconds)}</small>
            }
            onClick={() => wishing.mutate({ act: "pause", body: { reason: reason.code } })}
          >
            {label(reason)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
