import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  pages: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  label?: string;
}

/** Fetches the next page of a list; nothing where there is none. */
export function MoreButton({ pages, label }: Props) {
  const { t } = useTranslation();
  if (!pages.hasNextPage) return null;
  return (
    <Button size="xs" variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
      {label ?? t("callbacks.more")}
    </Button>
  );
}
