import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { useExplain } from "./Failure";

/** Says in a corner what came of something that was asked for. */
export function useTell() {
  const { t } = useTranslation();
  const explain = useExplain();
  const closeButtonProps = { "aria-label": t("frame.close") };
  return {
    success: (message: string) => notifications.show({ message, color: "petrol", closeButtonProps }),
    failure: (error: unknown) => {
      const { text, advice } = explain(error);
      notifications.show({ title: text, message: advice, color: "red", autoClose: 12_000, closeButtonProps });
    },
  };
}
