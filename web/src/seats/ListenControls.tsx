import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useSession } from "../api/queries";
import { LISTENING_MODES, type Listening, type ListeningMode, type Seat } from "../api/shapes";
import { useFrozen } from "../live/health";
import { useLive } from "../live/store";
import { Failure } from "../parts/Failure";
import classes from "./Seats.module.css";
import { listeningOn, listeningTo, phonesOf, useWish, type Wishing } from "./seats";

const TALKING = new Set(["talking", "on_hold"]);

function useOwnPhones({ pbx }: Seat): string[] {
  const number = useSession().user.agent_number;
  return useLive(useShallow((live) => phonesOf(live.entities.seats, pbx, number)));
}

interface ModesProps {
  seat: Seat;
  mine: Listening | undefined;
  wishing: Wishing;
}

function Modes({ seat, mine, wishing }: ModesProps) {
  const { t } = useTranslation();
  const press = (mode: ListeningMode) => {
    if (mine) wishing.mutate({ act: "listen-mode", body: { mode } });
    else if (seat.call_id) wishing.mutate({ act: "listen", body: { call_id: seat.call_id, mode } });
  };
  return (
    <>
      {LISTENING_MODES.map((mode) => (
        <Button
          key={mode}
          size="xs"
          variant={mine?.mode === mode ? "filled" : "default"}
          aria-pressed={mine?.mode === mode}
          disabled={wishing.isPending}
          onClick={() => press(mode)}
        >
          {t(`listening.${mode}`)}
        </Button>
      ))}
      {mine && (
        <Button
          size="xs"
          variant="default"
          disabled={wishing.isPending}
          onClick={() => wishing.mutate({ act: "stop-listening" })}
        >
          {t("listening.stop")}
        </Button>
      )}
    </>
  );
}

/** A supervisor hears the call of a seat on a phone of their own; who else does is shown, too. */
export function ListenControls({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const wishing = useWish(seat);
  const phones = useOwnPhones(seat);
  const all = useLive(useShallow((live) => listeningTo(live.entities.listenings, seat)));
  const isAway = useFrozen(seat.pbx) !== null;
  if (!TALKING.has(seat.state) && all.length === 0) return null;
  const mine = listeningOn(all, phones);
  const isAsked = wishing.data?.result === "asked" && wishing.variables?.act === "listen" && !mine;
  return (
    <section className={classes.controls} aria-label={t("listening.title")}>
      {phones.length === 0 ? (
        <p className={classes.told}>{t("listening.noPhone")}</p>
      ) : (
        <>
          <fieldset disabled={isAway} className={classes.row}>
            <Modes seat={seat} mine={mine} wishing={wishing} />
          </fieldset>
          <p className={classes.told}>{t("listening.hint")}</p>
        </>
      )}
      {wishing.isError && <Failure error={wishing.error} />}
      <p role="status" className={classes.told}>
        {isAsked
          ? t("listening.rings")
          : all
              .map((one) => t(`listening.who.${one.mode}`, { name: one.listener_name || t("listening.somebody") }))
              .join(" · ")}
      </p>
    </section>
  );
}
