import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../api/queries";
import { suggestLanguage } from "../i18n";
import { PasswordForm } from "../profile/PasswordForm";
import { DoorPage } from "./DoorPage";
import { SignOut } from "./SignOut";

/** What stands before the panel for whoever signed in with a temporary password. */
export function ChoosePassword() {
  const { t } = useTranslation();
  const { user } = useSession();
  useEffect(() => suggestLanguage(user.language), [user.language]);
  return (
    <DoorPage title={t("profile.mustTitle")} lead={t("profile.mustText")} footer={<SignOut />}>
      <PasswordForm focused />
    </DoorPage>
  );
}
