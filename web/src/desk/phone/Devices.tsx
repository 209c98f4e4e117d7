import { Button, NativeSelect } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { choose, chosen, ofKind, PARTS, type Part, sendTo } from "./devices";
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

/** The choice holds at once, for the call under way, too. */
function apply(part: Part): void {
  if (part === "microphone") void theLine()?.changeMicrophone();
  const audio = document.querySelector<HTMLAudioElement>("audio[data-phone]");
  if (part === "speaker" && audio) void sendTo(audio, "speaker");
}

/** Microphone, speaker and where it rings; names are told by the browser once it gave the microphone. */
export function Devices() {
  const { t } = useTranslation();
  const [found, lookAgain] = useFound();
  const [, setChosen] = useState(0);
  const isInCall = usePhone(({ call }) => call !== null);
  function tryRing() {
    setTimeout(ring(), RING_MS);
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
          onChange={(event) => {
            choose(part, event.currentTarget.value);
            setChosen((count) => count + 1);
            apply(part);
          }}
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
