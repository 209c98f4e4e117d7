import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client";
import { signedOut } from "../api/queries";

/** The way out of a page that stands before the panel. */
export function SignOut() {
  const { t } = useTranslation();
  return (
    <Button variant="subtle" size="compact-sm" onClick={() => void ask("DELETE /api/session").finally(signedOut)}>
      {t("profile.signOut")}
    </Button>
  );
}
