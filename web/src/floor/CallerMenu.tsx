import { ActionIcon, Menu } from "@mantine/core";
import { IconArrowBarToUp, IconArrowsRightLeft, IconDotsVertical, IconPhoneOff, IconUser } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useTell } from "../parts/useTell";
import { type Caller, useCallerWish } from "./callers";

/** What is asked about before it is done. */
export type Asking = "to-queue" | "to-seat" | "hang-up";

interface Props {
  caller: Caller;
  isAway: boolean;
  onAsk: (asking: Asking) => void;
}

/** A supervisor's hand at somebody who waits. While the PBX is away nothing can be asked. */
export function CallerMenu({ caller, isAway, onAsk }: Props) {
  const { t } = useTranslation();
  const tell = useTell();
  const wishing = useCallerWish(caller);
  const { visit } = caller;
  return (
    // Inside the page's landmark, and with the keyboard at the first item at once.
    <Menu
      position="bottom-end"
      shadow="md"
      width={240}
      withInitialFocusPlaceholder={false}
      portalProps={{ target: "#content" }}
    >
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("waiting.actions", { number: visit.number || t("floor.withheld") })}
          disabled={isAway}
          loading={wishing.isPending}
        >
          <IconDotsVertical size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconArrowBarToUp size={16} aria-hidden />}
          onClick={() => wishing.mutate({ act: "to-front" }, { onError: tell.failure })}
        >
          {t("waiting.toFront")}
        </Menu.Item>
        <Menu.Item leftSection={<IconArrowsRightLeft size={16} aria-hidden />} onClick={() => onAsk("to-queue")}>
          {t("waiting.toQueue")}
        </Menu.Item>
        <Menu.Item leftSection={<IconUser size={16} aria-hidden />} onClick={() => onAsk("to-seat")}>
          {t("waiting.toSeat")}
        </Menu.Item>
        <Menu.Divider role="separator" />
        <Menu.Item leftSection={<IconPhoneOff size={16} aria-hidden />} onClick={() => onAsk("hang-up")}>
          {t("waiting.hangUp")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
