import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useLanguage } from "../i18n";
import classes from "./Failure.module.css";

type Advice =
  | "no_connection"
  | "not_allowed"
  | "not_found"
  | "conflict"
  | "bad_input"
  | "too_many"
  | "phone_refused"
  | "phone_unreachable"
  | "outcome_unknown"
  | "not_waiting"
  | "queue_is_full"
  | "queue_is_empty"
  | "agent_not_free"
  | "phone_taken"
  | "phone_away"
  | "no_room"
  | "other";

const ADVICE: Record<string, Advice> = {
  no_connection: "no_connection",
  not_allowed: "not_allowed",
  not_found: "not_found",
  conflict: "conflict",
  bad_input: "bad_input",
  too_many: "too_many",
  phone_refused: "phone_refused",
  phone_unreachable: "phone_unreachable",
  outcome_unknown: "outcome_unknown",
  not_waiting: "not_waiting",
  queue_is_full: "queue_is_full",
  queue_is_empty: "queue_is_empty",
  agent_not_free: "agent_not_free",
  phone_taken: "phone_taken",
  phone_away: "phone_away",
  no_room: "no_room",
};

/** What went wrong in the server's words, and what to do about it in ours. */
export function useExplain(): (error: unknown) => { text: string; advice: string } {
  const { t } = useTranslation();
  const language = useLanguage();
  return (error) => {
    const known = error instanceof ApiError ? error : null;
    const advice = ADVICE[known?.code ?? ""] ?? "other";
    const title = t(`error.title.${advice}`);
    const detail = known?.detail ?? "";
    // The server speaks English: in Chinese its sentence stands behind ours.
    const text = language === "zh" && detail ? `${title} (${detail})` : detail || title;
    return { text, advice: t(`error.advice.${advice}`) };
  };
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const { text, advice } = useExplain()(error);
  return (
    <div className={classes.failure} role="alert">
      <div>
        <strong>{text}</strong>
        <p>{advice}</p>
      </div>
      {onRetry && (
        <Button size="xs" variant="default" onClick={onRetry}>
          {t("error.retry")}
        </Button>
      )}
    </div>
  );
}
