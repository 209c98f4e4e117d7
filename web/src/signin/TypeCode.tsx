import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client";
import { refreshSession, useSession } from "../api/queries";
import { suggestLanguage } from "../i18n";
import { Failure } from "../parts/Failure";
import { useRefusal } from "../parts/useRefusal";
import { DoorPage } from "./DoorPage";
import { SignOut } from "./SignOut";

/** What stands before the panel for whom the provider sent, and whose account asks for a code, too. */
export function TypeCode() {
  const { t } = useTranslation();
  const { user } = useSession();
  const [code, setCode] = useState("");
  const send = useMutation({
    mutationFn: () => ask("POST /api/session/code", { body: { code } }),
    onSuccess: refreshSession,
  });
  const refusal = useRefusal(send.error);
  useEffect(() => suggestLanguage(user.language), [user.language]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <DoorPage title={t("signIn.codeTitle")} lead={t("signIn.codeLead")} footer={<SignOut />}>
      <form onSubmit={submit}>
        <TextInput
          label={t("signIn.code")}
          description={t("signIn.codeHint")}
          name="code"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={refusal.at("code") && t("signIn.wrongCode")}
          autoComplete="one-time-code"
          autoCapitalize="none"
          maxLength={64}
          autoFocus
          required
          withAsterisk={false}
        />
        {refusal.isElsewhere && <Failure error={send.error} />}
        <Button type="submit" fullWidth loading={send.isPending}>
          {t("signIn.submit")}
        </Button>
      </form>
    </DoorPage>
  );
}
