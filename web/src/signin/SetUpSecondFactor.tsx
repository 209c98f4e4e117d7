import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { refreshSession, useSession } from "../api/queries";
import { suggestLanguage } from "../i18n";
import { SecondFactor } from "../profile/SecondFactor";
import { DoorPage } from "./DoorPage";
import { SignOut } from "./SignOut";

/** What stands before the panel for whose role asks for a second factor, and who has none yet. */
export function SetUpSecondFactor() {
  const { t } = useTranslation();
  const { user } = useSession();
  useEffect(() => suggestLanguage(user.language), [user.language]);
  return (
    <DoorPage title={t("factor.mustTitle")} lead={t("factor.mustText")} footer={<SignOut />}>
      <SecondFactor onKept={refreshSession} />
    </DoorPage>
  );
}
