import { Button, Checkbox, Select } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQueueWord } from "../api/queries";
import type { Seat } from "../api/shapes";
import { Failure } from "../parts/Failure";
import { RowsSkeleton } from "../parts/Waiting";
import type { Wishing } from "../seats/seats";
import classes from "./Desk.module.css";
import { canTake, type DeskPhone, keyOf, OWN, proposed, useDeskPhones, useSitDown } from "./deskPhones";
import { useOwnAgent } from "./useOwnAgent";

interface PhoneProps {
  phones: DeskPhone[];
  hasOwn: boolean;
  value: string | null;
  onChange: (value: string | null) => void;
}

/** At which phone: the own one, or a desk phone where nobody sits; of the others it is said why not. */
function PhoneSelect({ phones, hasOwn, value, onChange }: PhoneProps) {
  const { t } = useTranslation();
  function label(phone: DeskPhone): string {
    if (!phone.is_registered) return t("desk.phoneAway", { label: phone.label });
    if (phone.is_free) return phone.label;
    return phone.agent_name
      ? t("desk.phoneTaken", { label: phone.label, name: phone.agent_name })
      : t("desk.phoneTakenBySomebody", { label: phone.label });
  }
  const desks = phones.map((phone) => ({ value: keyOf(phone), label: label(phone), disabled: !canTake(phone) }));
  return (
    <Select
      label={t("desk.whichPhone")}
      placeholder={t("desk.noPhoneFree")}
      data={hasOwn ? [{ value: OWN, label: t("desk.ownPhone") }, ...desks] : desks}
      value={value}
      onChange={onChange}
      allowDeselect={false}
      searchable
      nothingFoundMessage={t("desk.noPhoneFound")}
    />
  );
}

/**
 * The queues that the settings give this agent, all of them chosen until some are taken out, and where there are desk
 * phones, the phone. Without a `seat` the agent has no phone of their own.
 */
export function SignIn({ seat, wishing }: { seat: Seat | null; wishing?: Wishing }) {
  const { t } = useTranslation();
  const queueWord = useQueueWord();
  const agent = useOwnAgent();
  const phones = useDeskPhones().data ?? [];
  const sitting = useSitDown();
  const [leftOut, leaveOut] = useState<string[]>([]);
  const [picked, pick] = useState<string | null>(null);
  if (agent.isPending) return <RowsSkeleton rows={2} />;
  if (agent.isError) return <Failure error={agent.error} onRetry={() => void agent.refetch()} />;
  const { queues } = agent.data;
  if (queues.length === 0) return <p className="muted">{t("desk.noQueues")}</p>;
  const chosen = queues.filter((queue) => !leftOut.includes(queue));
  const hasOwn = seat !== null && !seat.desk;
  const where = picked ?? proposed(phones, hasOwn);
  const phone = phones.find((one) => keyOf(one) === where);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (phone) sitting.mutate({ phone, queues: chosen });
    else wishing?.mutate({ act: "sign-in", body: { queues: chosen } });
  }
  return (
    <form onSubmit={submit} className={classes.signIn}>
      {phones.length > 0 && <PhoneSelect phones={phones} hasOwn={hasOwn} value={where} onChange={pick} />}
      <fieldset className={classes.queues}>
        <legend>{t("desk.whichQueues")}</legend>
        {queues.map((queue) => (
          <Checkbox
            key={queue}
            label={queueWord(seat?.pbx ?? (phone ?? phones[0])?.pbx ?? "", queue)}
            checked={chosen.includes(queue)}
            onChange={() =>
              leaveOut(chosen.includes(queue) ? [...leftOut, queue] : leftOut.filter((one) => one !== queue))
            }
          />
        ))}
      </fieldset>
      <Button
        type="submit"
        size="lg"
        disabled={chosen.length === 0 || where === null}
        loading={sitting.isPending || wishing?.isPending}
      >
        {t("command.signIn")}
      </Button>
      {sitting.isError && <Failure error={sitting.error} />}
    </form>
  );
}
