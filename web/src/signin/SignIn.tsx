import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, ask } from "../api/client";
import { queryClient, SESSION } from "../api/queries";
import { LanguageSwitch, ThemeSwitch } from "../frame/Switches";
import { Wordmark } from "../frame/Wordmark";
import classes from "./SignIn.module.css";

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
  if (error.status === 401) return t("signIn.wrong");
  if (error.status === 0) return t("signIn.noServer");
  return error.detail || t("signIn.failed");
}

export function SignIn() {
  const { t } = useTranslation();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => ask("POST", "/api/session", { username: username.trim(), password }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: SESSION }),
  });
  const left = useCountdown(signIn.error);
  const trouble = useTrouble(signIn.error, left);
  useEffect(() => {
    document.title = `${t("signIn.title")} · callcenter`;
  }, [t]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (left === 0) signIn.mutate();
  }

  return (
    <div className={classes.page}>
      <main className={classes.card}>
        <Wordmark large />
        <h1>{t("signIn.title")}</h1>
        <p className="muted">{t("signIn.lead")}</p>
        <form onSubmit={submit}>
          <TextInput
            label={t("signIn.username")}
            name="username"
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
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
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword") }}
          />
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
      </main>
      <footer className={classes.footer}>
        <LanguageSwitch />
        <ThemeSwitch />
      </footer>
    </div>
  );
}
