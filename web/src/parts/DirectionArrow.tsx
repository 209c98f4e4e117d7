import { IconArrowDownLeft, IconArrowsLeftRight, IconArrowUpRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Direction } from "../api/shapes";

const ARROWS = { inbound: IconArrowDownLeft, outbound: IconArrowUpRight, internal: IconArrowsLeftRight };

export function DirectionArrow({ direction, size = 14 }: { direction: Direction; size?: number }) {
  const { t } = useTranslation();
  const Arrow = ARROWS[direction];
  return <Arrow size={size} aria-label={t(`direction.${direction}`)} role="img" />;
}
