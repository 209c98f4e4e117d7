import { Button, NativeSelect } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { canChoose, choose, chosen, ofKind, PARTS, type Part, sendTo } from "./devices";
import { tryMicrophone } from "./microphone";
import classes from "./Phone.module.css";
import { theLine } from "./PhoneLine";
import { ring } from "./sounds";
import { usePhone } from "./state";

const RING_MS = 2000;

function useFound(): [MediaDeviceInfo[], () => void] {
  const [found, setFound] = useState<MediaDeviceInfo[]>([]);
  useEffect(() => {
    const look = () => void navigator.mediaDevices.enumerateDevices().then(setFound);
    look();
    navigator.mediaDevices.addEventListener("devicechange", look);
    return () => navigator.mediaDevices.removeEventListener("devicechange", look);
  }, []);
  return [found, () => void navigator.mediaDevices.enumerateDevices().then(setFound)];
}

/** The choice holds at once, for the call under way, too; false where the device cannot be had. */
async function take(part: Part, deviceId: string): Promise<boolean> {
  if (part === "microphone") return (await theLine()?.changeMicrophone(deviceId)) ?? true;
  if (part === "speaker") {
    return sendTo(document.querySelector<HTMLAudioElement>("audio[data-phone]") ?? new Audio(), part, deviceId);
  }
  const context = new AudioContext();
  const isThere = await sendTo(context, part, deviceId);
  void context.close();
  return isThere;
}

/** Microphone, speaker and where it rings; names are told by the browser once it gave the microphone. */
export function Devices() {
  const { t } = useTranslation();
  const [found, lookAgain] = useFound();
  const [, setChosen] = useState(0);
  const [refused, setRefused] = useState<{ part: Part; name: string } | null>(null);
  const isInCall = usePhone(({ call }) => call !== null);
  function tryRing() {
    setTimeout(ring(), RING_MS);
  }
  async function change(part: Part, deviceId: string) {
    const isTaken = await take(part, deviceId);
    if (isTaken) choose(part, deviceId);
    setChosen((count) => count + 1);
    const name = ofKind(found, part).find(({ id }) => id === deviceId)?.name ?? t("phone.systems");
    setRefused(isTaken ? null : { part, name });
  }
  return (
    <div className={classes.devices}>
      {PARTS.map((part) => (
        <NativeSelect
          key={part}
          label={t(`phone.part.${part}`)}
          value={chosen(part)}
          data={[
            { value: "", label: t("phone.systems") },
            ...ofKind(found, part).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          disabled={!canChoose(part)}
          description={canChoose(part) ? undefined : t("phone.systemsOnly")}
          error={refused?.part === part && <span role="alert">{t("phone.refusedDevice", { name: refused.name })}</span>}
          onChange={(event) => void change(part, event.currentTarget.value)}
        />
      ))}
      {!isInCall && (
        <div className={classes.buttons}>
          <Button variant="default" onClick={() => void tryMicrophone().then(lookAgain)}>
            {t("phone.tryMicrophone")}
          </Button>
          <Button variant="default" onClick={tryRing}>
            {t("phone.tryRing")}
          </Button>
        </div>
      )}
    </div>
  );
}
