import { Button } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client";
import { signedOut, useSession } from "../api/queries";
import { LanguageSwitch, ThemeSwitch } from "../frame/Switches";
import { Wordmark } from "../frame/Wordmark";
import { suggestLanguage } from "../i18n";
import { PasswordForm } from "../profile/PasswordForm";
import classes from "./SignIn.module.css";

/** What stands before the panel for whoever signed in with a temporary password. */
export function ChoosePassword() {
  const { t } = useTranslation();
  const { user } = useSession();
  useEffect(() => suggestLanguage(user.language), [user.language]);
  useEffect(() => {
    document.title = `${t("profile.mustTitle")} · callcenter`;
  }, [t]);
  return (
    <div className={classes.page}>
      <main className={classes.card}>
        <Wordmark large />
        <h1>{t("profile.mustTitle")}</h1>
        <p className="muted">{t("profile.mustText")}</p>
        <PasswordForm focused />
      </main>
      <footer className={classes.footer}>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => void ask("DELETE", "/api/session").finally(signedOut)}
        >
          {t("profile.signOut")}
        </Button>
        <LanguageSwitch />
        <ThemeSwitch />
      </footer>
    </div>
  );
}
