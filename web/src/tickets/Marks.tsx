import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import marks from "../parts/Mark.module.css";
import type { Ticket } from "./tickets";

/** How a ticket stands, and how late it is. */
export function Marks({ of }: { of: Pick<Ticket, "state" | "is_overdue" | "escalation_level" | "escalated_to"> }) {
  const { t } = useTranslation();
  const { escalation_level: level, escalated_to: to } = of;
  return (
    <>
      <span className={marks.mark}>{t(`tickets.state.${of.state}`)}</span>{" "}
      {(of.is_overdue || level > 0) && (
        <span className={marks.mark} data-tone={level > 1 ? "bad" : "warn"}>
          <IconAlertTriangle size={13} aria-hidden />
          {level > 0 && to ? t("tickets.level", { level, to: t(`tickets.to.${to}`) }) : t("tickets.late")}
        </span>
      )}
    </>
  );
}
