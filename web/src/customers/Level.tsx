import { IconStarFilled } from "@tabler/icons-react";
import { useLabel } from "../i18n";
import marks from "../parts/Mark.module.css";
import { useLevels } from "./words";

/** The level of a customer; an important one stands out, by its shape, too. */
export function Level({ code }: { code: string }) {
  const label = useLabel();
  const { levelOf } = useLevels();
  if (code === "") return null;
  const level = levelOf(code);
  return (
    <span className={marks.mark} data-tone={level.is_important ? "warn" : undefined}>
      {level.is_important && <IconStarFilled size={12} aria-hidden />}
      {label(level)}
    </span>
  );
}
