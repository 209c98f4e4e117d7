import { Button } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Caller.module.css";

/** One tab for all calls, beside the desk. */
const TAB = "callcenter-customer";

interface Props {
  address: string;
  /** Without a click: browsers allow that only where somebody has said so. */
  opensByItself: boolean;
}

/** Another system's page of the caller, in a tab of its own. */
export function OtherPage({ address, opensByItself }: Props) {
  const { t } = useTranslation();
  const [isBlocked, setBlocked] = useState(false);
  const wasOpened = useRef(false);
  const open = () => setBlocked(window.open(address, TAB) === null);
  useEffect(() => {
    if (!opensByItself || wasOpened.current) return;
    wasOpened.current = true;
    setBlocked(window.open(address, TAB) === null);
  }, [opensByItself, address]);
  return (
    <div className={classes.head}>
      <Button size="xs" variant="default" leftSection={<IconExternalLink size={15} />} onClick={open}>
        {t("desk.openPage")}
      </Button>
      {isBlocked && <span role="status">{t("desk.blocked")}</span>}
    </div>
  );
}
