import { IconCheck, IconPhoneX, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./Outcome.module.css";

type Tone = "good" | "bad" | "plain";

const GOOD = new Set(["answered", "reached"]);
const BAD = new Set(["abandoned", "lost", "failed", "refused_full", "refused_empty", "timed_out"]);

function toneOf(outcome: string): Tone {
  if (GOOD.has(outcome)) return "good";
  return BAD.has(outcome) ? "bad" : "plain";
}

const ICONS = { good: IconCheck, bad: IconPhoneX, plain: IconX };

/** An outcome in words, with a shape for those who do not see the colour. */
export function Outcome({ outcome, of = "outcome" }: { outcome: string; of?: "outcome" | "attempt" }) {
  const { t } = useTranslation();
  const tone = toneOf(outcome);
  const Icon = ICONS[tone];
  const word =
    of === "attempt"
      ? t(`attempt.outcome.${outcome as "busy"}`, { defaultValue: outcome })
      : t(`outcome.${outcome as "answered"}`, { defaultValue: outcome });
  return (
    <span className={classes.outcome} data-tone={tone}>
      <Icon size={14} aria-hidden />
      {word}
    </span>
  );
}
