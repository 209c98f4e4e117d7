import { notifications } from "@mantine/notifications";
import { useExplain } from "./Failure";

/** Says in a corner what came of something that was asked for. */
export function useTell() {
  const explain = useExplain();
  return {
    success: (message: string) => notifications.show({ message, color: "petrol" }),
    failure: (error: unknown) => {
      const { text, advice } = explain(error);
      notifications.show({ title: text, message: advice, color: "red", autoClose: 12_000 });
    },
  };
}
