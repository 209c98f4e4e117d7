import { Button, type ButtonProps } from "@mantine/core";
import { IconPhoneOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSure } from "../parts/useSure";
import type { Wishing } from "./seats";

/** Ends the seat's part in the call, when pressed twice. */
export function HangUpButton({ callId, wishing, ...props }: { callId: string; wishing: Wishing } & ButtonProps) {
  const { t } = useTranslation();
  const { isAsking, pressed } = useSure(() => wishing.mutate({ act: "hang-up", body: { call_id: callId } }));
  return (
    <Button
      variant={isAsking ? "filled" : "default"}
      color={isAsking ? "red.9" : undefined}
      leftSection={<IconPhoneOff size={18} aria-hidden />}
      disabled={wishing.isPending}
      {...pressed}
      {...props}
    >
      {isAsking ? t("handOver.hangUpSure") : t("handOver.hangUp")}
    </Button>
  );
}
