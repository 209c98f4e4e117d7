import { Button } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client";
import { signedOut, useSession } from "../api/queries";
import { suggestLanguage } from "../i18n";
import { PasswordForm } from "../profile/PasswordForm";
import { DoorPage } from "./DoorPage";

/** What stands before the panel for whoever signed in with a temporary password. */
export function ChoosePassword() {
  const { t } = useTranslation();
  const { user } = useSession();
  useEffect(() => suggestLanguage(user.language), [user.language]);
  return (
    <DoorPage
      title={t("profile.mustTitle")}
      lead={t("profile.mustText")}
      footer={
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => void ask("DELETE", "/api/session").finally(signedOut)}
        >
          {t("profile.signOut")}
        </Button>
      }
    >
      <PasswordForm focused />
    </DoorPage>
  );
}
