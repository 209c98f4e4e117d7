import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Seat } from "../../api/shapes";
import { tryMicrophone } from "./microphone";
import classes from "./Phone.module.css";
import { type Choice, choosePhone, useChoice, usePhones } from "./usePhones";

/** With which phone the agent signs in; nothing for who has one alone, or works already. */
export function PhoneChoice({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const phones = usePhones();
  const choice = useChoice();
  if (phones.length === 0 || seat.queues.length > 0) return null;
  function choose(value: string) {
    choosePhone(value as Choice);
    if (value === "browser") void tryMicrophone();
  }
  return (
    <fieldset className={classes.choice}>
      <legend>{t("phone.choice")}</legend>
      <SegmentedControl
        aria-label={t("phone.choice")}
        fullWidth
        value={choice}
        onChange={choose}
        data={[
          { value: "sip", label: t("phone.sip") },
          { value: "browser", label: t("phone.browser") },
        ]}
      />
    </fieldset>
  );
}
