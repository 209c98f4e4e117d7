import { Button, type ButtonProps } from "@mantine/core";
import { IconLogout2 } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Seat } from "../api/shapes";
import { isInCall, type Wishing } from "./seats";

/** Signs out; in a call only when pressed twice, since no call comes after it. */
export function SignOutButton({ seat, wishing, ...props }: { seat: Seat; wishing: Wishing } & ButtonProps) {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const inCall = isInCall(seat);
  useEffect(() => {
    if (!inCall) setAsking(false);
  }, [inCall]);
  const press = () => {
    if (inCall && !isAsking) setAsking(true);
    else wishing.mutate({ act: "sign-out" }, { onSettled: () => setAsking(false) });
  };
  return (
    <Button
      variant={isAsking ? "filled" : "default"}
      color={isAsking ? "red.9" : undefined}
      leftSection={<IconLogout2 size={16} aria-hidden />}
      disabled={wishing.isPending}
      onBlur={() => setAsking(false)}
      onClick={press}
      {...props}
    >
      {isAsking ? t("command.signOutInCall") : t("command.signOut")}
    </Button>
  );
}
