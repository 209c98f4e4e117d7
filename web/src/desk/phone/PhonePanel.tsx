import { Button } from "@mantine/core";
import {
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhone,
  IconPhoneOff,
  IconSettings,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Seat } from "../../api/shapes";
import { useFrozen } from "../../live/health";
import { Devices } from "./Devices";
import { Dial, Keypad } from "./Keypad";
import { Meters } from "./Meters";
import classes from "./Phone.module.css";
import { theLine } from "./PhoneLine";
import { QualityLine } from "./QualityLine";
import { type PhoneCall, type Standing, usePhone } from "./state";
import { useWho } from "./useWho";

const IS_BAD: Record<Standing, boolean> = {
  off: false,
  elsewhere: false,
  insecure: true,
  connecting: false,
  registered: false,
  refused: true,
  unreachable: true,
};

function Ringing({ call, seat }: { call: PhoneCall; seat: Seat }) {
  const { t } = useTranslation();
  const who = useWho(call, seat);
  const isAnswering = call.state === "answering";
  return (
    <>
      <p role="status">{t("phone.rings", { who: who || t("floor.withheld") })}</p>
      <div className={classes.buttons}>
        <Button
          size="lg"
          loading={isAnswering}
          leftSection={<IconPhone size={20} aria-hidden />}
          onClick={() => theLine()?.answer()}
        >
          {t("phone.answer")}
        </Button>
        <Button
          size="lg"
          variant="default"
          leftSection={<IconPhoneOff size={20} aria-hidden />}
          onClick={() => theLine()?.reject()}
        >
          {t("phone.reject")}
        </Button>
      </div>
    </>
  );
}

function HangUp() {
  const { t } = useTranslation();
  return (
    <Button
      size="md"
      variant="default"
      leftSection={<IconPhoneOff size={18} aria-hidden />}
      onClick={() => theLine()?.hangUp()}
    >
      {t("phone.hangUp")}
    </Button>
  );
}

/** Hold, handing over and hanging up stand at the call itself, as with any phone; this hangs up where they cannot. */
function Talking({ call, seat }: { call: PhoneCall; seat: Seat }) {
  const { t } = useTranslation();
  const [hasKeys, setKeys] = useState(false);
  const isAlone = useFrozen(seat.pbx) !== null || (seat.state !== "talking" && seat.state !== "on_hold");
  return (
    <>
      <div className={classes.buttons}>
        <Button
          size="md"
          variant={call.isMuted ? "filled" : "default"}
          color={call.isMuted ? "red" : undefined}
          aria-pressed={call.isMuted}
          leftSection={
            call.isMuted ? <IconMicrophoneOff size={18} aria-hidden /> : <IconMicrophone size={18} aria-hidden />
          }
          onClick={() => theLine()?.mute(!call.isMuted)}
        >
          {t("phone.mute")}
        </Button>
        <Button
          size="md"
          variant="default"
          aria-expanded={hasKeys}
          leftSection={<IconDialpad size={18} aria-hidden />}
          onClick={() => setKeys(!hasKeys)}
        >
          {t("phone.keypad")}
        </Button>
        {isAlone && <HangUp />}
      </div>
      {call.isMuted && <p role="status">{t("phone.isMuted")}</p>}
      {hasKeys && <Keypad />}
      <Meters />
      <QualityLine />
    </>
  );
}

function Call({ call, seat }: { call: PhoneCall; seat: Seat }) {
  const { t } = useTranslation();
  if (call.state === "talking") return <Talking call={call} seat={seat} />;
  if (call.state !== "calling") return <Ringing call={call} seat={seat} />;
  return (
    <>
      <p role="status">{t("phone.calls", { who: call.number })}</p>
      <div className={classes.buttons}>
        <HangUp />
      </div>
    </>
  );
}

/** The phone in the browser, where the agent has chosen it: whether it can be rung, and the call that is at it. */
export function PhonePanel({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const { standing, call, isMicrophoneRefused } = usePhone();
  const [hasDevices, setDevices] = useState(false);
  if (standing === "off") return null;
  return (
    <section
      className={`panel ${classes.panel}`}
      aria-label={t("phone.title")}
      data-ringing={call?.state === "ringing" || undefined}
    >
      <div className={classes.head}>
        <h2>{t("phone.title")}</h2>
        <p className={classes.standing} role="status" data-bad={IS_BAD[standing] || undefined}>
          {t(`phone.standing.${standing}`)}
        </p>
        <Button
          size="compact-sm"
          variant="subtle"
          aria-expanded={hasDevices}
          leftSection={<IconSettings size={16} aria-hidden />}
          onClick={() => setDevices(!hasDevices)}
        >
          {t("phone.devices")}
        </Button>
      </div>
      {isMicrophoneRefused && <p role="alert">{t("phone.noMicrophone")}</p>}
      {call && <Call call={call} seat={seat} />}
      {!call && standing === "registered" && <Dial />}
      {hasDevices && <Devices />}
    </section>
  );
}
