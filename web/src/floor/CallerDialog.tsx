import { Modal, Select } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useQueuesToFill, useQueueWord } from "../api/queries";
import { useLive } from "../live/store";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import pageClasses from "../parts/Page.module.css";
import type { Asking } from "./CallerMenu";
import { type Caller, type CallerWish, freeAgents, useCallerWish } from "./callers";

interface Props {
  caller: Caller;
  onClose: () => void;
}

interface FrameProps extends Props {
  title: string;
  lead: string;
  label: string;
  /** None: something is missing still, which `onMissing` shows. */
  wish: CallerWish | null;
  onMissing?: () => void;
  children?: ReactNode;
}

function Frame({ caller, onClose, title, lead, label, wish, onMissing, children }: FrameProps) {
  const { t } = useTranslation();
  const wishing = useCallerWish(caller, onClose);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (wish) wishing.mutate(wish);
    else onMissing?.();
  }
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <form onSubmit={submit} className={pageClasses.form} noValidate>
        <p className={pageClasses.lead}>{lead}</p>
        {children}
        {wishing.error ? <Failure error={wishing.error} /> : null}
        <DialogButtons onClose={onClose} isSending={wishing.isPending} label={label} />
      </form>
    </Modal>
  );
}

function useNumber({ visit }: Caller): string {
  const { t } = useTranslation();
  return visit.number || t("floor.withheld");
}

function ToQueue({ caller, onClose }: Props) {
  const { t } = useTranslation();
  const [queue, setQueue] = useState<string | null>(null);
  const [isTold, setTold] = useState(false);
  const number = useNumber(caller);
  const queueWord = useQueueWord();
  const { pbx, queue: own } = caller.visit;
  const others = useQueuesToFill().filter((one) => one.pbx === pbx && one.queue !== own);
  return (
    <Frame
      caller={caller}
      onClose={onClose}
      title={t("waiting.queueTitle")}
      lead={t("waiting.queueLead", { number, queue: queueWord(pbx, own) })}
      label={t("waiting.move")}
      wish={queue === null ? null : { act: "to-queue", queue }}
      onMissing={() => setTold(true)}
    >
      {others.length === 0 ? (
        <p>{t("waiting.noQueue")}</p>
      ) : (
        <Select
          data-autofocus
          label={t("floor.queue")}
          data={others.map((one) => ({ value: one.queue, label: one.label }))}
          value={queue}
          onChange={setQueue}
          error={isTold && queue === null ? t("waiting.chooseQueue") : undefined}
          allowDeselect={false}
        />
      )}
    </Frame>
  );
}

function ToSeat({ caller, onClose }: Props) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const [isTold, setTold] = useState(false);
  const number = useNumber(caller);
  const free = useLive(useShallow((live) => freeAgents(live.entities.seats, caller.visit.pbx)));
  const seat = free.find((one) => one.interface === chosen);
  return (
    <Frame
      caller={caller}
      onClose={onClose}
      title={t("waiting.seatTitle")}
      lead={t("waiting.seatLead", { number })}
      label={t("waiting.give")}
      wish={seat ? { act: "to-seat", interface: seat.interface, agent: seat.agent_name } : null}
      onMissing={() => setTold(true)}
    >
      {free.length === 0 ? (
        <p role="status">{t("waiting.noAgent")}</p>
      ) : (
        <Select
          data-autofocus
          searchable
          label={t("waiting.agent")}
          data={free.map((one) => ({ value: one.interface, label: `${one.agent_name} (${one.agent_number})` }))}
          value={seat ? chosen : null}
          onChange={setChosen}
          error={isTold && !seat ? t("waiting.chooseAgent") : undefined}
          allowDeselect={false}
        />
      )}
    </Frame>
  );
}

function HangUp({ caller, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Frame
      caller={caller}
      onClose={onClose}
      title={t("waiting.hangUpTitle")}
      lead={t("waiting.hangUpLead", { number: useNumber(caller) })}
      label={t("waiting.hangUpTitle")}
      wish={{ act: "hang-up" }}
    />
  );
}

const DIALOGS = { "to-queue": ToQueue, "to-seat": ToSeat, "hang-up": HangUp };

/** Asks what is still to be known, and does it; why not stands in the dialog. */
export function CallerDialog({ asking, ...props }: Props & { asking: Asking }) {
  const Dialog = DIALOGS[asking];
  return <Dialog {...props} />;
}
