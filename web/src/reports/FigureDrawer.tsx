import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Figure } from "../api/shapes";
import { useLabel } from "../i18n";

interface Props {
  figure: Figure | undefined;
  whose: string;
  onClose: () => void;
  children: ReactNode;
}

/** What stands behind a number of a report: which figure it is, and whose. */
export function FigureDrawer({ figure, whose, onClose, children }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={`${figure ? label(figure) : ""} · ${whose}`}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      {children}
    </Drawer>
  );
}
