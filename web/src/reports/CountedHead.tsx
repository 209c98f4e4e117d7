import { Button } from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./CountedHead.module.css";

/** Above the rows that a number counts: how many of them are shown, and all of them as a file. */
export function CountedHead({ shown, file }: { shown: string; file: string }) {
  const { t } = useTranslation();
  return (
    <div className={classes.head}>
      <span className="muted">{shown}</span>
      <Button
        component="a"
        href={file}
        download
        size="xs"
        variant="default"
        leftSection={<IconFileSpreadsheet size={15} aria-hidden />}
      >
        {t("reports.asFile")}
      </Button>
    </div>
  );
}
