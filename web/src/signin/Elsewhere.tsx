import { Button } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLabel } from "../i18n";
import classes from "./SignIn.module.css";
import { refusalIn, type Ways, wayTo } from "./ways";

/** The way to the provider, and why whoever came back from there is not signed in. */
export function Elsewhere({ label, isOnly }: { label: NonNullable<Ways["by_provider"]>; isOnly: boolean }) {
  const { t } = useTranslation();
  const [refusal] = useState(() => refusalIn(window.location.search));
  const [way] = useState(() => wayTo(window.location));
  const labelOf = useLabel();
  useEffect(() => {
    // Told once: whoever loads the page again has not been refused again.
    if (refusal !== null) window.history.replaceState(null, "", "/");
  }, [refusal]);
  return (
    <div className={classes.elsewhere}>
      {refusal && (
        <p className={classes.trouble} role="alert">
          {t(`signIn.refused.${refusal}`)}
        </p>
      )}
      <Button
        component="a"
        href={way}
        fullWidth
        variant={isOnly ? "filled" : "default"}
        leftSection={<IconExternalLink size={16} />}
      >
        {labelOf(label)}
      </Button>
      {!isOnly && <p className={classes.or}>{t("signIn.or")}</p>}
    </div>
  );
}
