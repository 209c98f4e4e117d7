import { useTranslation } from "react-i18next";
import { useQueueWord } from "../api/queries";
import type { Seat } from "../api/shapes";
import { Failure } from "../parts/Failure";
import classes from "./Seats.module.css";
import type { Answer, Wishing } from "./seats";

function useWords(): (answer: Answer) => string {
  const { t } = useTranslation();
  const queueWord = useQueueWord();
  return ({ result, seat, refused }) => {
    const reasons = Object.entries(refused).map(([queue, why]) => `${queueWord(seat.pbx, queue)}: ${why}`);
    if (reasons.length > 0) return t("command.partly", { reasons: reasons.join("; ") });
    return result === "asked"
      ? t("command.asked", { state: t(`seat.state.${seat.state}`) })
      : result === "already"
        ? t("command.already")
        : t("command.done");
  };
}

/** What came of the last command; it is read out, and goes when the seat goes on to something else. */
export function Told({ seat, wishing }: { seat: Seat; wishing: Wishing }) {
  const words = useWords();
  const answer = wishing.isPending || wishing.data?.seat.since !== seat.since ? undefined : wishing.data;
  if (wishing.isError) return <Failure error={wishing.error} />;
  return (
    <p role="status" className={classes.told} data-result={answer?.result}>
      {answer && words(answer)}
    </p>
  );
}
