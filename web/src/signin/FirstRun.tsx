import { Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { Failure } from "../parts/Failure";
import { useRefusal } from "../parts/useRefusal";
import { DoorPage } from "./DoorPage";
import { useMakeFirst } from "./firstRun";

/** Makes the first administrator: whoever can read a file of the server. */
export function FirstRun({ file }: { file: string }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState({ word: "", username: "", name: "", password: "", again: "" });
  const [differs, setDiffers] = useState(false);
  const make = useMakeFirst();
  const refusal = useRefusal(make.error);
  const input = (name: keyof typeof typed) => ({
    name,
    value: typed[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => setTyped({ ...typed, [name]: event.currentTarget.value }),
    required: name !== "name",
    withAsterisk: false,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { again, ...fields } = typed;
    setDiffers(again !== fields.password);
    if (again === fields.password) make.mutate({ ...fields, username: fields.username.trim() });
  };
  const isWrongWord = make.error instanceof ApiError && make.error.field === "word";
  const eye = { "aria-label": t("signIn.showPassword") };
  return (
    <DoorPage title={t("firstRun.title")} lead={t("firstRun.lead")}>
      <form onSubmit={submit}>
        <TextInput
          {...input("word")}
          label={t("firstRun.word")}
          description={t("firstRun.wordHint", { file })}
          error={isWrongWord && t("firstRun.wrongWord")}
          autoComplete="off"
          autoCapitalize="none"
          maxLength={64}
          autoFocus
        />
        <TextInput
          {...input("username")}
          label={t("signIn.username")}
          error={refusal.at("username")}
          autoComplete="username"
          autoCapitalize="none"
          maxLength={64}
        />
        <TextInput {...input("name")} label={t("firstRun.name")} autoComplete="name" maxLength={200} />
        <PasswordInput
          {...input("password")}
          label={t("signIn.password")}
          description={t("profile.newHint")}
          error={refusal.at("password")}
          autoComplete="new-password"
          visibilityToggleButtonProps={eye}
        />
        <PasswordInput
          {...input("again")}
          label={t("profile.again")}
          error={differs && t("profile.differs")}
          autoComplete="new-password"
          visibilityToggleButtonProps={eye}
        />
        {refusal.isElsewhere && <Failure error={make.error} />}
        <Button type="submit" fullWidth loading={make.isPending}>
          {t("firstRun.make")}
        </Button>
      </form>
    </DoorPage>
  );
}
