import { Button, type ButtonProps } from "@mantine/core";
import { IconLogout2 } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Seat } from "../api/shapes";
import { useSure } from "../parts/useSure";
import { isInCall, type Wishing } from "./seats";

/** Signs out; in a call only when pressed twice, since no call comes after it. */
export function SignOutButton({ seat, wishing, ...props }: { seat: Seat; wishing: Wishing } & ButtonProps) {
  const { t } = useTranslation();
  const inCall = isInCall(seat);
  const signOut = () => wishing.mutate({ act: "sign-out" }, { onSettled: () => forget() });
  const { isAsking, forget, pressed } = useSure(signOut, inCall);
  useEffect(() => {
    if (!inCall) forget();
  }, [inCall, forget]);
  return (
    <Button
      variant={isAsking ? "filled" : "default"}
      color={isAsking ? "red.9" : undefined}
      leftSection={<IconLogout2 size={16} aria-hidden />}
      disabled={wishing.isPending}
      {...pressed}
      {...props}
    >
      {isAsking ? t("command.signOutInCall") : t("command.signOut")}
    </Button>
  );
}
