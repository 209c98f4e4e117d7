import { ActionIcon, Popover, Tooltip } from "@mantine/core";
import { IconKeyboard } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./Player.module.css";

const KEYS: readonly [string, string][] = [
  ["Space", "play"],
  ["← →", "step5"],
  ["⇧ ← →", "step15"],
  ["Home End", "ends"],
  ["N P", "marks"],
  ["− +", "speed"],
  ["A B", "loop"],
  ["C", "clear"],
  ["L", "clip"],
  ["1 2 3", "balance"],
  ["?", "help"],
];

interface Props {
  opened: boolean;
  onChange: (opened: boolean) => void;
  makesClips: boolean;
}

/** The keys of the player, opened by a button or by "?". */
export function PlayerHelp({ opened, onChange, makesClips }: Props) {
  const { t } = useTranslation();
  const known = KEYS.filter(([, does]) => makesClips || does !== "clip");
  return (
    <Popover
      opened={opened}
      onChange={onChange}
      position="top-end"
      shadow="md"
      trapFocus
      returnFocus
      hideDetached={false}
    >
      <Popover.Target>
        <Tooltip label={t("player.keys")}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t("player.keys")}
            onClick={() => onChange(!opened)}
          >
            <IconKeyboard size={20} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("player.keys")}>
        <dl className={classes.keys} tabIndex={-1} data-autofocus>
          {known.map(([keys, does]) => (
            <div key={keys}>
              <dt>
                {keys.split(" ").map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{t(`player.key.${does as "play"}`)}</dd>
            </div>
          ))}
        </dl>
      </Popover.Dropdown>
    </Popover>
  );
}
