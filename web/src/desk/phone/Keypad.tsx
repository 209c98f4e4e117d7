import { Button, TextInput } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Phone.module.css";
import { theLine } from "./PhoneLine";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const DIALLED = /^[0-9*#+]{1,20}$/;

/** The keys of a phone, for whoever is talked with. */
export function Keypad() {
  const { t } = useTranslation();
  return (
    <fieldset className={classes.choice}>
      <legend className="visually-hidden">{t("phone.keypad")}</legend>
      <div className={classes.keys}>
        {KEYS.map((key) => (
          <Button key={key} variant="default" onClick={() => theLine()?.press(key)}>
            {key}
          </Button>
        ))}
      </div>
    </fieldset>
  );
}

/** As on any phone of the centre: numbers, colleagues, feature codes. */
export function Dial() {
  const { t } = useTranslation();
  const [number, setNumber] = useState("");
  const dialled = number.replaceAll(/[\s()-]/g, "");
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!DIALLED.test(dialled)) return;
    theLine()?.dial(dialled);
    setNumber("");
  }
  return (
    <form onSubmit={submit} className={classes.dial}>
      <TextInput
        label={t("phone.number")}
        inputMode="tel"
        autoComplete="off"
        maxLength={30}
        value={number}
        onChange={(event) => setNumber(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" leftSection={<IconPhone size={18} aria-hidden />}>
        {t("phone.call")}
      </Button>
    </form>
  );
}
