import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, ask } from "../api/client";
import { queryClient, SESSION } from "../api/queries";
import { PageSkeleton } from "../parts/Waiting";
import { DoorPage } from "./DoorPage";
import { Elsewhere } from "./Elsewhere";
import classes from "./SignIn.module.css";
import { useWays } from "./ways";

/** Seconds until the server accepts another try; counts down to 0. */
function useCountdown(error: Error | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const wait = error instanceof ApiError && error.status === 429 ? (error.retryAfterSeconds ?? 30) : 0;
    const until = Date.now() + wait * 1000;
    const count = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    count();
    if (wait === 0) return;
    const timer = setInterval(count, 500);
    return () => clearInterval(timer);
  }, [error]);
  return left;
}

function useTrouble(error: Error | null, left: number): string | null {
  const { t } = useTranslation();
  if (!error) return null;
  if (!(error instanceof ApiError)) return t("signIn.failed");
  if (error.status === 429) return left > 0 ? t("signIn.throttled", { count: left }) : t("signIn.tryAgain");
  if (error.code === "code_is_needed") return null;
  if (error.status === 401) return error.field === "code" ? t("signIn.wrongCode") : t("signIn.wrong");
  if (error.status === 0) return t("signIn.noServer");
  return error.detail || t("signIn.failed");
}

/** To sign in: by a password, at the provider, or as one likes. */
export function SignIn() {
  const { t } = useTranslation();
  const ways = useWays();
  if (ways.isPending) return <PageSkeleton />;
  const { by_password, by_provider } = ways.data ?? { by_password: true, by_provider: null };
  return (
    <DoorPage title={t("signIn.title")} lead={t("signIn.lead")}>
      {by_provider && <Elsewhere label={by_provider} isOnly={!by_password} />}
      {by_password && <ByPassword />}
    </DoorPage>
  );
}

function ByPassword() {
  const { t } = useTranslation();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [needsCode, setNeedsCode] = useState(false);
  const signIn = useMutation({
    mutationFn: () => ask("POST /api/session", { body: { username: username.trim(), password, code } }),
    onError: (error) => {
      if (error instanceof ApiError && error.field === "code") setNeedsCode(true);
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: SESSION }),
  });
  const left = useCountdown(signIn.error);
  const trouble = useTrouble(signIn.error, left);

  /** Another user name or password may need no code. */
  function forgetCode() {
    setNeedsCode(false);
    setCode("");
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (left === 0) signIn.mutate();
  }

  return (
    <>
      <form onSubmit={submit}>
        <TextInput
          label={t("signIn.username")}
          name="username"
          value={username}
          onChange={(event) => {
            setUsername(event.currentTarget.value);
            forgetCode();
          }}
          autoComplete="username"
          autoCapitalize="none"
          autoFocus
          required
          withAsterisk={false}
        />
        <PasswordInput
          label={t("signIn.password")}
          name="password"
          value={password}
          onChange={(event) => {
            setPassword(event.currentTarget.value);
            forgetCode();
          }}
          autoComplete="current-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword") }}
        />
        {needsCode && (
          <TextInput
            label={t("signIn.code")}
            description={t("signIn.codeHint")}
            name="code"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            autoComplete="one-time-code"
            autoCapitalize="none"
            maxLength={64}
            autoFocus
            required
            withAsterisk={false}
          />
        )}
        {trouble && (
          <p className={classes.trouble} role="alert">
            {trouble}
          </p>
        )}
        <Button type="submit" fullWidth loading={signIn.isPending} disabled={left > 0}>
          {t("signIn.submit")}
        </Button>
      </form>
      <p className={classes.hint}>{t("signIn.hint")}</p>
    </>
  );
}
